import { isJsonObject } from "../../json.ts";
import { type Chapter, LIMITS } from "../model.ts";
import type { FeedInput } from "../read-feed.ts";
import { lineOf } from "../text.ts";
import { webUrl } from "../url.ts";
import { chooseCharset, decodeSlices } from "../xml/charset.ts";
import { inflatedBody } from "../xml/inflated-body.ts";
import { MAX_CHAPTERS_BYTES } from "./file-limits.ts";
import { parsed, secondsOf } from "./json-objects.ts";

/**
 * Reads the podcast namespace's chapters
 * (https://github.com/Podcastindex-org/podcast-namespace/blob/main/chapters/jsonChapters.md), sorted by start. Leaves out
 * chapters without a title, and those that are not for a table of contents (`toc: false`).
 *
 * @returns undefined if it is not a chapters file
 * @throws FeedError for a damaged gzip file
 */
export async function readChapters({ body, contentType, url }: FeedInput): Promise<Chapter[] | undefined> {
  const bytes = await inflatedBody(body);
  if (bytes.length > MAX_CHAPTERS_BYTES) return undefined;
  const document = parsed([...decodeSlices(bytes, chooseCharset(bytes, contentType), bytes.length || 1)].join(""));
  if (!isJsonObject(document) || !Array.isArray(document.chapters)) return undefined;
  const chapters = document.chapters
    .slice(0, LIMITS.chapters)
    .flatMap((entry: unknown) => (isJsonObject(entry) ? (chapterOf(entry, url) ?? []) : []));
  return chapters.sort((a, b) => a.startSeconds - b.startSeconds);
}

function chapterOf(entry: Record<string, unknown>, baseUrl: string): Chapter | undefined {
  const startSeconds = secondsOf(entry.startTime);
  const title = typeof entry.title === "string" ? lineOf(entry.title, LIMITS.title) : undefined;
  if (startSeconds === undefined || title === undefined || entry.toc === false) return undefined;
  const linkUrl = urlOf(entry.url, baseUrl);
  const imageUrl = urlOf(entry.img, baseUrl);
  return { startSeconds, title, ...(linkUrl && { linkUrl }), ...(imageUrl && { imageUrl }) };
}

function urlOf(value: unknown, baseUrl: string): string | undefined {
  return typeof value === "string" ? webUrl(value, baseUrl) : undefined;
}
