import type { Steps } from "../xml/steps.ts";
import { MAX_SEGMENTS, type RawSegment } from "./segments.ts";
import { namedSpeakers } from "./speakers.ts";

/** Reads plain text: a segment for each paragraph. */
export function* plainSegments(text: string): Steps<RawSegment[]> {
  const paragraphs = text.replace(/\r\n?/g, "\n").split(/\n[^\S\n]*\n/, MAX_SEGMENTS);
  return yield* namedSpeakers(paragraphs.map((paragraph) => ({ text: paragraph.replace(/[&<]/g, escaped) })));
}

function escaped(character: string): string {
  return character === "<" ? "&lt;" : "&amp;";
}
