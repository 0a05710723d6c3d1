import type { Episode } from "../db/schema.ts";
import { type Html, html } from "./html.ts";
import { webUrl } from "./links.ts";

export type Media = {
  kind: "audio" | "video" | "file";
  url: string;
  mediaType: string;
};

/** What an episode's enclosure is; undefined where its URL cannot be linked to. */
export function toMedia({ mediaUrl, mediaType }: Episode): Media | undefined {
  const url = webUrl(mediaUrl);
  if (url === undefined) return undefined;
  if (mediaType?.startsWith("video/")) return { kind: "video", url, mediaType };
  if (mediaType?.startsWith("audio/")) return { kind: "audio", url, mediaType };
  // An enclosure may be a booklet or a picture.
  if (mediaType !== null && /^(image|text)\/|^application\/(pdf|epub)/.test(mediaType)) {
    return { kind: "file", url, mediaType };
  }
  // No type, or "application/octet-stream" and the like: it is a podcast, and a browser looks into the file itself.
  return { kind: "audio", url, mediaType: "audio/mpeg" };
}

export function player({ kind, url, mediaType }: Media): Html | undefined {
  // The second source has no type: browsers pass over a type that they do not know, such as "audio/mpeg3".
  const sources = html`<source src="${url}" type="${mediaType}"><source src="${url}">`;
  switch (kind) {
    case "audio":
      return html`<audio class="player" controls preload="none">${sources}</audio>`;
    case "video":
      return html`<video class="player" controls preload="none">${sources}</video>`;
    case "file":
      return undefined;
  }
}
