import type { Episode } from "../db/schema.ts";
import { type Html, html } from "./html.ts";
import { webUrl } from "./links.ts";
import { positionText } from "./words.ts";

export type Media = {
  kind: "audio" | "video" | "file";
  url: string;
  mediaType: string;
};

/** Returns an episode's media, or undefined if its URL cannot be linked to. */
export function toMedia({ mediaUrl, mediaType }: Pick<Episode, "mediaUrl" | "mediaType">): Media | undefined {
  const url = webUrl(mediaUrl);
  if (url === undefined) return undefined;
  if (mediaType?.startsWith("video/")) return { kind: "video", url, mediaType };
  if (mediaType?.startsWith("audio/")) return { kind: "audio", url, mediaType };
  // An enclosure may also be a document or a picture.
  if (mediaType !== null && /^(image|text)\/|^application\/(pdf|epub)/.test(mediaType)) {
    return { kind: "file", url, mediaType };
  }
  // No type, or one like "application/octet-stream": most likely audio, and browsers detect the actual format.
  return { kind: "audio", url, mediaType: "audio/mpeg" };
}

/** A position in the media, as a link that starts playback there. Without media, only the position. */
export function positionLink(startSeconds: number, media: Media | undefined): Html {
  const position = positionText(startSeconds);
  // Media Fragments URI 1.0, 4.2.1. On a page with a player, the script moves that instead.
  const href = media && `${media.url.replace(/#.*/s, "")}#t=${startSeconds}`;
  return html`<span class="position">${href === undefined ? position : html`<a href="${href}">${position}</a>`}</span>`;
}

type Playback = {
  /** Where the page's script reports the playback position. */
  stateUrl: string;
  /** Where playback resumes. */
  positionSeconds: number;
};

export function player({ kind, url, mediaType }: Media, { stateUrl, positionSeconds }: Playback): Html | undefined {
  // The second source has no type, because browsers skip types that they don't know, such as "audio/mpeg3".
  const sources = html`<source src="${url}" type="${mediaType}"><source src="${url}">`;
  const attributes = html` data-state="${stateUrl}" data-position="${positionSeconds}"`;
  const errorLine = html`<p class="error-text" id="player-error" role="alert"></p>`;
  // Without the script, playback starts at the beginning, so the page shows the position.
  const resumeHint =
    positionSeconds > 0 &&
    html`<noscript><p class="muted">Played up to ${positionText(positionSeconds)}.</p></noscript>`;
  switch (kind) {
    case "audio":
      return html`<audio class="player" controls preload="none"${attributes}>${sources}</audio>${errorLine}${resumeHint}`;
    case "video":
      return html`<video class="player" controls preload="none"${attributes}>${sources}</video>${errorLine}${resumeHint}`;
    case "file":
      return undefined;
  }
}
