import { carriesSecret, normalizeFeedUrl } from "../fetch/feed-url.ts";
import type { Fetch } from "../fetch/fetch.ts";
import { askItunes, readResults } from "./ask-itunes.ts";

/** The directory's name in the database. */
export const DIRECTORY_NAME = "Apple iTunes";
/** Maximum number of hits to request. Hits further down are rarely what the user meant. */
const NUM_HITS_MAX = 25;

// A hit takes less than 2 KB.
const MAX_BYTES = 1_048_576;
// Short, because a page with other results waits for it.
const TIMEOUT_MS = 6_000;

// Column limits of directory_podcast.
const VENDOR_ID_MAX = 200;
const TITLE_MAX = 500;
const AUTHOR_MAX = 200;
const URL_MAX = 2_000;

/** A podcast as the directory lists it. */
export type ItunesHit = {
  vendorId: string;
  title: string;
  author?: string | undefined;
  feedUrl: string;
  imageUrl?: string | undefined;
};

type Params = { fetch: Fetch; directoryUrl: string; query: string; signal: AbortSignal };

/** Searches the directory for podcasts, best match first. @throws DirectoryError */
export async function searchItunes({ fetch, directoryUrl, query, signal }: Params): Promise<ItunesHit[]> {
  const params = { media: "podcast", term: query, limit: String(NUM_HITS_MAX) };
  const limits = { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS, signal };
  return readHits(await askItunes({ fetch, directoryUrl, path: "/search", params, ...limits }));
}

/** Reads the directory's answer. Skips unusable hits, and repeated hits of one podcast. @throws DirectoryError */
export function readHits(text: string): ItunesHit[] {
  const hits = new Map<string, ItunesHit>();
  for (const result of readResults(text)) {
    const hit = toHit(result);
    if (hit !== undefined && !hits.has(hit.vendorId)) hits.set(hit.vendorId, hit);
  }
  return [...hits.values()].slice(0, NUM_HITS_MAX);
}

function toHit(fields: Record<string, unknown>): ItunesHit | undefined {
  const { collectionId } = fields;
  const vendorId = typeof collectionId === "number" ? String(collectionId) : textOf(collectionId, VENDOR_ID_MAX);
  const title = textOf(fields.collectionName, TITLE_MAX);
  const feedUrl = feedUrlOf(fields.feedUrl);
  // Apple also lists shows without a feed, which play only in its app.
  if (!vendorId || !title || feedUrl === undefined) return undefined;
  const imageUrl = imageUrlOf(fields.artworkUrl600) ?? imageUrlOf(fields.artworkUrl100);
  return { vendorId, title, author: textOf(fields.artistName, AUTHOR_MAX), feedUrl, imageUrl };
}

/** Joins text into one line and cuts it to `max` characters. Returns undefined if nothing is left. */
function textOf(value: unknown, max: number): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return (text.length <= max ? text : [...text].slice(0, max).join("")) || undefined;
}

/** Returns undefined for a feed URL that carries a secret: a public list must not pass it on. */
function feedUrlOf(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  try {
    const url = normalizeFeedUrl(value);
    return carriesSecret(url) ? undefined : url;
  } catch {
    return undefined;
  }
}

function imageUrlOf(value: unknown): string | undefined {
  const url = typeof value === "string" ? URL.parse(value) : null;
  const isUsable = (url?.protocol === "https:" || url?.protocol === "http:") && url.href.length <= URL_MAX;
  return isUsable ? url.href : undefined;
}
