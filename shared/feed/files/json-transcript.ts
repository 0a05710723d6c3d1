import type { Steps } from "../xml/steps.ts";
import { objectsIn, secondsOf } from "./json-objects.ts";
import { MAX_ENTRIES, type RawSegment } from "./segments.ts";

const ENTRIES_PER_STEP = 500;

/**
 * Reads the podcast namespace's JSON (`{ segments: [{ speaker, startTime, endTime, body }] }`), and that of Whisper, which
 * has `start`, `end` and `text`. Skips entries without text.
 */
export function* jsonSegments(text: string): Steps<RawSegment[]> {
  const segments: RawSegment[] = [];
  const entries = yield* objectsIn(text, { max: MAX_ENTRIES });
  for (const [i, entry] of entries.entries()) {
    if (i % ENTRIES_PER_STEP === 0) yield;
    const body = entry.body ?? entry.text;
    if (typeof body !== "string") continue;
    segments.push({
      startSeconds: secondsOf(entry.startTime ?? entry.start),
      endSeconds: secondsOf(entry.endTime ?? entry.end),
      speaker: typeof entry.speaker === "string" ? entry.speaker : undefined,
      text: body,
    });
  }
  return segments;
}
