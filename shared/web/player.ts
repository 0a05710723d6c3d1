import type { Episode } from "../db/schema.ts";
import { type Html, html } from "./html.ts";
import { webUrl } from "./links.ts";
import { positionText } from "./words.ts";

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

type Place = {
  /** Where the page's script tells how far it was played. */
  stateUrl: string;
  /** Where it goes on. */
  positionSeconds: number;
};

export function player({ kind, url, mediaType }: Media, { stateUrl, positionSeconds }: Place): Html | undefined {
  // The second source has no type: browsers pass over a type that they do not know, such as "audio/mpeg3".
  const sources = html`<source src="${url}" type="${mediaType}"><source src="${url}">`;
  const place = html` data-state="${stateUrl}" data-position="${positionSeconds}"`;
  const fault = html`<p class="fault" id="player-fault" role="alert"></p>`;
  // Without the script it starts at its beginning, and says where it was left.
  const left =
    positionSeconds > 0 &&
    html`<noscript><p class="muted">Heard up to ${positionText(positionSeconds)}.</p></noscript>`;
  switch (kind) {
    case "audio":
      return html`<audio class="player" controls preload="none"${place}>${sources}</audio>${fault}${left}`;
    case "video":
      return html`<video class="player" controls preload="none"${place}>${sources}</video>${fault}${left}`;
    case "file":
      return undefined;
  }
}
