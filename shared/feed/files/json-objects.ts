import { isJsonObject } from "../../json.ts";
import { clockSeconds } from "../duration.ts";
import type { Steps } from "../xml/steps.ts";

// Of one object. Longer ones are skipped.
const MAX_OBJECT_LENGTH = 100_000;
// Between two pauses: a fraction of a millisecond.
const CHARACTERS_PER_STEP = 32_768;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [BRACKET, BRACE, END_BRACKET, END_BRACE] = [0x5b, 0x7b, 0x5d, 0x7d];

/**
 * Yields to the event loop while it reads the objects in a document's outermost lists: `[{}, {}]` or `{"list": [{}, {}]}`.
 * `JSON.parse` would take all of it at once, and a third of a second for brackets alone. Skips what is not JSON.
 */
export function* objectsIn(text: string, { max }: { max: number }): Steps<Record<string, unknown>[]> {
  const objects: Record<string, unknown>[] = [];
  // How many brackets and braces are open, and whether the first one is a brace.
  let depth = 0;
  let isRootObject = false;
  let start = -1;
  let isInString = false;
  for (let i = 0; i < text.length && objects.length < max; i++) {
    if (i % CHARACTERS_PER_STEP === 0) yield;
    const code = text.charCodeAt(i);
    if (isInString) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) isInString = false;
    } else if (code === QUOTE) isInString = true;
    else if (code === BRACKET || code === BRACE) {
      if (depth === 0) isRootObject = code === BRACE;
      if (code === BRACE && depth === (isRootObject ? 2 : 1)) start = i;
      depth++;
    } else if (code === END_BRACKET || code === END_BRACE) {
      depth--;
      if (code === END_BRACE && depth === (isRootObject ? 2 : 1) && start !== -1) {
        const object = i - start < MAX_OBJECT_LENGTH ? parsed(text.slice(start, i + 1)) : undefined;
        if (isJsonObject(object)) objects.push(object);
        start = -1;
      }
    }
  }
  return objects;
}

/** Parses JSON; undefined if it is none. A byte order mark may precede it. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

/** Reads seconds, as a number or as text such as "12.5" or "0:12". */
export function secondsOf(value: unknown): number | undefined {
  if (typeof value === "number") return clockSeconds(String(value));
  return typeof value === "string" ? clockSeconds(value) : undefined;
}
