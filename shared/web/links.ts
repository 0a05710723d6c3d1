import { badParameter } from "../errors.ts";

// As in the original podcore: long enough to recognize a title, short enough for a chat message.
const SLUG_MAX_CHARACTERS = 40;

// A subtitle follows one of these.
const SUBTITLE_SEPARATORS = new Set(["-", "—", "|", ":", "//"]);

type Titled = { id: number; title: string };

export function podcastPath({ id, title }: Titled): string {
  return `/podcasts/${withSlug(id, title)}`;
}

export function episodePath(podcast: Titled, { id, title }: Titled): string {
  return `${podcastPath(podcast)}/episodes/${withSlug(id, title)}`;
}

export function transcriptPath({ podcast, episode }: { podcast: Titled; episode: Titled }): string {
  return `${episodePath(podcast, episode)}/transcript`;
}

type Successor = { podcastId: number; title: string | undefined; episodeId: number | undefined };

/** Returns the page of the podcast or episode that another one was merged into. */
export function successorPath({ podcastId, title, episodeId }: Successor): string {
  const path = title === undefined ? `/podcasts/${podcastId}` : podcastPath({ id: podcastId, title });
  return episodeId === undefined ? path : `${path}/episodes/${episodeId}`;
}

export function directoryPodcastPath({ id, title }: Titled): string {
  return `/directory-podcasts/${withSlug(id, title)}`;
}

/**
 * The operator's first page. Not /operator: browsers send a password to all paths beside the one
 * that asked for it (RFC 7617 2.2), which would be those of the whole site.
 */
export const OPERATOR_PATH = "/operator/crawl";
/** Where the operator's buttons lead. */
export const OPERATOR_ACTION_PATH = "/operator/action";

/** Returns the operator's page of a podcast; `done` says there what was just done. */
export function operatorPath(podcastId: number, done?: string): string {
  return `/operator/podcasts/${podcastId}${done === undefined ? "" : `?done=${done}`}`;
}

type SearchedPart = { kind?: "podcasts" | "episodes"; podcastId?: number | undefined };

/** Returns the path of a search's results; of one list with `kind`, of a podcast's episodes with `podcastId`. */
export function searchPath(query: string, { kind, podcastId }: SearchedPart = {}): string {
  const path = `/search?q=${encodeURIComponent(query)}`;
  if (podcastId !== undefined) return `${path}&podcast=${podcastId}`;
  return kind === undefined ? path : `${path}&kind=${kind}`;
}

/** Adds the cursor of a page to a path, which may have a query. */
export function pagePath(path: string, after: string | undefined): string {
  return after === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(after)}`;
}

/**
 * Returns the readable part of a URL for a title: its words in lower case, up to the subtitle, at most 40 characters.
 * Keeps letters and digits of all scripts (percent-encoded in the URL). Returns undefined if none are left.
 */
export function slug(title: string): string | undefined {
  let result = "";
  for (const part of title.normalize("NFC").split(/\s+/)) {
    if (SUBTITLE_SEPARATORS.has(part)) break;
    const word = part.toLowerCase().replace(/[^\p{Alphabetic}\p{N}]/gu, "");
    if (word !== "") {
      const longer = result === "" ? word : `${result}-${word}`;
      const characters = [...longer];
      if (characters.length > SLUG_MAX_CHARACTERS) {
        return result || characters.slice(0, SLUG_MAX_CHARACTERS).join("");
      }
      result = longer;
    }
    if (part.endsWith(":")) break;
  }
  return result || undefined;
}

/**
 * Reads the id at the start of a path segment. The slug after it may be outdated, wrong or missing. @throws UserError
 * 400
 */
export function unslugId(parameter: string, value: string): number {
  const id = Number(/^\d+/.exec(value)?.[0] ?? Number.NaN);
  if (!Number.isSafeInteger(id)) throw badParameter(parameter, `not an id: "${value.slice(0, 100)}"`);
  return id;
}

/** Returns a feed's URL for use in href or src, or undefined if it is not http or https. */
export function webUrl(value: string | undefined | null): string | undefined {
  if (!value || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
}

/** Returns a percent-encoded path on this site, for a redirect, or undefined if it would lead to another site. */
export function localPath(text: string): string | undefined {
  // Browsers read "//host" and "/\\host" as another site, and drop tabs and line breaks. A header allows no other
  // characters.
  return text.length <= 2_000 && /^\/(?!\/)[!-[\]-~]*$/.test(text) ? text : undefined;
}

function withSlug(id: number, title: string): string {
  const readable = slug(title);
  return readable === undefined ? String(id) : `${id}-${encodeURIComponent(readable)}`;
}
