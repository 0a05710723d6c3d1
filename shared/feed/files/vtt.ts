import type { Steps } from "../xml/steps.ts";
import { cuesOf } from "./cues.ts";
import { MAX_ENTRIES, type RawSegment } from "./segments.ts";
import { namedSpeakers } from "./speakers.ts";

const CUES_PER_STEP = 20;

/**
 * Reads WebVTT (https://www.w3.org/TR/webvtt1/). Speakers are those of voice tags, `<v Jo Doe>`, or else names at the
 * start of cues.
 */
export function* vttSegments(text: string): Steps<RawSegment[]> {
  const cues = yield* cuesOf(text, { goesOnAfterBlank: false });
  const segments: RawSegment[] = [];
  for (const [i, cue] of cues.entries()) {
    if (segments.length >= MAX_ENTRIES) break;
    if (i % CUES_PER_STEP === 0) yield;
    // Within a cue, times say when each word is spoken.
    const text = cue.text.replace(/<[\d:.]+>/g, "");
    segments.push(...voicesOf(text).map((voice) => ({ ...cue, ...voice })));
  }
  if (segments.some(({ speaker }) => speaker !== undefined)) return segments;
  return yield* namedSpeakers(segments);
}

/** Splits a cue's text at its voice tags. The text before the first one has no speaker. */
function voicesOf(text: string): { speaker: string | undefined; text: string }[] {
  const voices: { speaker: string | undefined; text: string }[] = [];
  let speaker: string | undefined;
  let start = 0;
  for (let tag = text.indexOf("<v"); tag !== -1; tag = text.indexOf("<v", tag + 1)) {
    const end = text.indexOf(">", tag);
    if (end === -1) break;
    // Classes may follow the name: <v.loud.first Jo Doe>.
    const [, name] = /^(?:\.\S*)?\s+(.+)$/s.exec(text.slice(tag + 2, end)) ?? [];
    if (name === undefined) continue;
    if (tag > start) voices.push({ speaker, text: text.slice(start, tag) });
    speaker = name;
    start = end + 1;
  }
  voices.push({ speaker, text: text.slice(start) });
  return voices.filter((voice) => voice.text.trim() !== "");
}
