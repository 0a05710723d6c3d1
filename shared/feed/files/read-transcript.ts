import type { FeedInput } from "../read-feed.ts";
import { chooseCharset, decodeSlices } from "../xml/charset.ts";
import { inflatedBody } from "../xml/inflated-body.ts";
import { createTurns, inTurns, type Steps } from "../xml/steps.ts";
import { MAX_TRANSCRIPT_BYTES } from "./file-limits.ts";
import { htmlSegments } from "./html-transcript.ts";
import { jsonSegments } from "./json-transcript.ts";
import { plainSegments } from "./plain-transcript.ts";
import { createSegmentList, type RawSegment, type Segment } from "./segments.ts";
import { srtSegments } from "./srt.ts";
import { vttSegments } from "./vtt.ts";

/** MIME types of the formats that are read. */
type TranscriptType = "text/vtt" | "application/x-subrip" | "application/json" | "text/html" | "text/plain";
export type ReadTranscript = { type: TranscriptType; segments: Segment[] };

const SLICE_BYTES = 262_144;
// Where the format shows: a title, a comment or an advertisement may come first.
const SNIFFED_LENGTH = 2_000;

/**
 * Reads a transcript's bytes. What they look like counts, because files are often served as text/plain. Yields to the
 * event loop.
 *
 * @returns undefined if there is no text in it, or it is too large
 * @throws FeedError for a damaged gzip file
 */
export async function readTranscript({ body, contentType, signal }: FeedInput): Promise<ReadTranscript | undefined> {
  const bytes = await inflatedBody(body);
  if (bytes.length > MAX_TRANSCRIPT_BYTES) return undefined;
  const takeTurns = createTurns(signal);
  let text = "";
  for (const slice of decodeSlices(bytes, chooseCharset(bytes, contentType), SLICE_BYTES)) {
    text += slice;
    await takeTurns();
  }
  const type = typeOf(text, contentType);
  const segments = await inTurns(plainTextOf(READERS[type](text)), takeTurns);
  return segments.length === 0 ? undefined : { type, segments };
}

const READERS: Record<TranscriptType, (text: string) => Steps<RawSegment[]>> = {
  "text/vtt": vttSegments,
  "application/x-subrip": srtSegments,
  "text/html": htmlSegments,
  "application/json": jsonSegments,
  "text/plain": plainSegments,
};

function* plainTextOf(read: Steps<RawSegment[]>): Steps<Segment[]> {
  const list = createSegmentList();
  for (const segment of yield* read) {
    if (list.isFull()) break;
    yield* list.add(segment);
  }
  return list.result();
}

function typeOf(text: string, contentType: string | undefined): TranscriptType {
  const start = text
    .slice(0, SNIFFED_LENGTH)
    .replace(/^\uFEFF/, "")
    .trimStart();
  if (start.startsWith("WEBVTT")) return "text/vtt";
  if (start.startsWith("{") || start.startsWith("[{")) return "application/json";
  if (start.startsWith("<") || /^\s*text\/html\b/i.test(contentType ?? "")) return "text/html";
  if (/^[\d:., ]+-->/m.test(start)) return "application/x-subrip";
  return "text/plain";
}
