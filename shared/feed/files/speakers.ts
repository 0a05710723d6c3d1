import type { Steps } from "../xml/steps.ts";
import type { RawSegment } from "./segments.ts";

// One to five words that begin with capitals or digits, or have none, as in scripts without case: "Dr. Jo Doe: Hello".
const NAMED =
  /^\s*(?:-\s?|>>\s?)?([\p{Lu}\p{Lo}\p{N}][\p{L}\p{M}\p{N}.'’-]*(?: [\p{Lu}\p{Lo}\p{N}][\p{L}\p{M}\p{N}.'’-]*){0,4}):\s+(\S.*)$/su;
// Characters in which a name and its colon are looked for.
const NAME_LENGTH = 60;
// Someone who speaks only once is most often a sentence such as "Next: ...".
const MIN_TURNS = 2;
const TEXTS_PER_STEP = 500;

/**
 * Finds speakers at the start of texts, as in "Jo Doe: Hello". A name counts if it introduces at least two segments. A
 * segment without a name has the speaker of the one before, because names are needed only where the speaker changes.
 */
export function* namedSpeakers(segments: readonly RawSegment[]): Steps<RawSegment[]> {
  const found: ReturnType<typeof nameIn>[] = [];
  const numTurns = new Map<string, number>();
  for (const [i, { text }] of segments.entries()) {
    if (i % TEXTS_PER_STEP === 0) yield;
    const named = nameIn(text);
    found.push(named);
    if (named.name !== undefined) numTurns.set(named.name, (numTurns.get(named.name) ?? 0) + 1);
  }
  let speaker: string | undefined;
  return segments.map((segment, i) => {
    const { name, rest } = found[i] ?? {};
    if (name === undefined || rest === undefined || (numTurns.get(name) ?? 0) < MIN_TURNS)
      return { ...segment, speaker };
    speaker = name;
    return { ...segment, speaker, text: rest };
  });
}

function nameIn(text: string): { name?: string; rest?: string } {
  const start = text.slice(0, NAME_LENGTH);
  const [, name, restOfStart] = NAMED.exec(start) ?? [];
  if (name === undefined || restOfStart === undefined) return {};
  return { name, rest: restOfStart + text.slice(NAME_LENGTH) };
}
