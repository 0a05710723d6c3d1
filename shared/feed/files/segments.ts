import { LIMITS } from "../model.ts";
import { lineOf } from "../text.ts";
import type { Steps } from "../xml/steps.ts";

/** A part of a transcript, in plain text. Times are in seconds and may have decimals. */
export type Segment = { startSeconds?: number; endSeconds?: number; speaker?: string; text: string };
/** A segment as a file has it: with markup. */
export type RawSegment = {
  startSeconds?: number | undefined;
  endSeconds?: number | undefined;
  speaker?: string | undefined;
  text: string;
};

// Twenty hours of speech have 200 000 words.
export const MAX_TEXT = 1_000_000;
export const MAX_SEGMENTS = 20_000;
// Longer ones are paragraphs of a file without times. They are split, so that a page of segments has a limited size.
const MAX_SEGMENT_TEXT = 5_000;
// Entries read of a file: word by word, they are joined afterwards.
export const MAX_ENTRIES = 60_000;
// A file with a segment for each word. Captions have 30 characters or more.
const WORD_LENGTH = 12;
const JOINED_LENGTH = 100;
// A pause that starts a new segment.
const PAUSE_SECONDS = 2;

export type SegmentList = {
  /** Adds a segment. Drops it if it has no text, or if there are too many. */
  add(segment: RawSegment): Steps<void>;
  isFull(): boolean;
  result(): Segment[];
};

/** Collects segments as plain text within the limits. */
export function createSegmentList(): SegmentList {
  const segments: Segment[] = [];
  let textLength = 0;

  const isFull = () => segments.length >= MAX_SEGMENTS || textLength >= MAX_TEXT;

  function* add({ startSeconds, endSeconds, speaker, text }: RawSegment): Steps<void> {
    const name = lineOf(speaker, LIMITS.shortText);
    const hasEnd = startSeconds !== undefined && endSeconds !== undefined && endSeconds >= startSeconds;
    const rest = { ...(hasEnd && { endSeconds: rounded(endSeconds) }), ...(name !== undefined && { speaker: name }) };
    // Only the first part is known to start then.
    let start = startSeconds === undefined ? {} : { startSeconds: rounded(startSeconds) };
    for (const part of partsOf(text, MAX_SEGMENT_TEXT)) {
      yield;
      const line = lineOf(part, MAX_SEGMENT_TEXT);
      if (line === undefined) continue;
      if (isFull() || textLength + line.length > MAX_TEXT) return;
      textLength += line.length;
      segments.push({ ...start, ...rest, text: line });
      start = {};
    }
  }

  return { add, isFull, result: () => inOrder(joinWords(segments)) };
}

/** The text of all segments, for search: a line for each. */
export function textOf(segments: readonly Segment[]): string {
  return segments.map(({ text }) => text).join("\n");
}

/** Splits at white space, unless there is none. */
function* partsOf(text: string, maxLength: number): Generator<string> {
  for (let start = 0; start < text.length; ) {
    let end = start + maxLength;
    if (end < text.length) {
      const space = text.slice(start, end).lastIndexOf(" ");
      if (space > maxLength / 2) end = start + space;
    }
    yield text.slice(start, end);
    start = end;
  }
}

/** Joins the segments of a file that has one for each word. */
function joinWords(segments: readonly Segment[]): Segment[] {
  const isTimed = segments.every(({ startSeconds }) => startSeconds !== undefined);
  const textLength = segments.reduce((sum, { text }) => sum + text.length, 0);
  if (!isTimed || textLength > segments.length * WORD_LENGTH) return [...segments];
  const joined: Segment[] = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    if (last === undefined || !continues(last, segment)) joined.push({ ...segment });
    else {
      last.text += ` ${segment.text}`;
      if (segment.endSeconds !== undefined) last.endSeconds = segment.endSeconds;
    }
  }
  return joined;
}

function continues(last: Segment, next: Segment): boolean {
  const pause = (next.startSeconds ?? 0) - (last.endSeconds ?? next.startSeconds ?? 0);
  if (last.speaker !== next.speaker || pause > PAUSE_SECONDS || pause < -PAUSE_SECONDS) return false;
  return last.text.length + next.text.length < JOINED_LENGTH && !/[.!?…。！？]["'”’)]?$/.test(last.text);
}

/** Sorts by start, unless some have none. Files with several speakers may list one after the other. */
function inOrder(segments: Segment[]): Segment[] {
  if (segments.some(({ startSeconds }) => startSeconds === undefined)) return segments;
  return segments.sort((a, b) => (a.startSeconds ?? 0) - (b.startSeconds ?? 0));
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
