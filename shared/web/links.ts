import { badParameter } from "../errors.ts";

// The original's: long enough to recognise a title by, short enough for a chat message.
const SLUG_MAX_CHARACTERS = 40;

// What follows one of these is a subtitle.
const SUBTITLE_SEPARATORS = new Set(["-", "—", "|", ":", "//"]);

type Titled = { id: number; title: string };

export function podcastPath({ id, title }: Titled): string {
  return `/podcasts/${withSlug(id, title)}`;
}

export function episodePath(podcast: Titled, { id, title }: Titled): string {
  return `${podcastPath(podcast)}/episodes/${withSlug(id, title)}`;
}

export function directoryPodcastPath({ id, title }: Titled): string {
  return `/directory-podcasts/${withSlug(id, title)}`;
}

/** The results of a search; with `kind` those of one list. */
export function searchPath(query: string, kind?: "podcasts" | "episodes"): string {
  return `/search?q=${encodeURIComponent(query)}${kind === undefined ? "" : `&kind=${kind}`}`;
}

/** A path, which may have a query, with the cursor of a page of its list. */
export function pagePath(path: string, after: string | undefined): string {
  return after === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(after)}`;
}

/**
 * Makes the readable part of a URL out of a title: its words in lower case up to the subtitle, at most 40 characters.
 * Letters and digits of every script stay (a URL carries them percent-encoded). Undefined where none is left.
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

/** Reads the id that a path segment begins with; the slug after it may be old, wrong or missing. @throws UserError 400 */
export function unslugId(parameter: string, value: string): number {
  const id = Number(/^\d+/.exec(value)?.[0] ?? Number.NaN);
  if (!Number.isSafeInteger(id)) throw badParameter(parameter, `not an id: "${value.slice(0, 100)}"`);
  return id;
}

/** An URL from a feed as it may stand in href or src; undefined unless it is http or https. */
export function webUrl(value: string | undefined | null): string | undefined {
  if (!value || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
}

/** A path of this site's, percent-encoded, that a form or link hands on; undefined for what would lead elsewhere. */
export function localPath(text: string): string | undefined {
  // Browsers take "//host" and "/\\host" for another site, and leave out tabs and line ends. A header takes no other letters.
  return text.length <= 2_000 && /^\/(?!\/)[!-[\]-~]*$/.test(text) ? text : undefined;
}

function withSlug(id: number, title: string): string {
  const readable = slug(title);
  return readable === undefined ? String(id) : `${id}-${encodeURIComponent(readable)}`;
}
