import type { Steps } from "../xml/steps.ts";
import { cuesOf } from "./cues.ts";
import type { RawSegment } from "./segments.ts";
import { namedSpeakers } from "./speakers.ts";

/** Reads SubRip. Speakers are names at the start of cues, as the podcast namespace recommends. */
export function* srtSegments(text: string): Steps<RawSegment[]> {
  const cues = yield* cuesOf(text, { goesOnAfterBlank: true });
  // Some programs write a caption's place as {\an8}.
  return yield* namedSpeakers(cues.map((cue) => ({ ...cue, text: cue.text.replace(/\{\\[^{}]*\}/g, "") })));
}
