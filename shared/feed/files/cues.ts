import { clockSeconds } from "../duration.ts";
import type { Steps } from "../xml/steps.ts";
import { MAX_ENTRIES } from "./segments.ts";

export type Cue = { startSeconds: number; endSeconds: number | undefined; text: string };

// Far longer than any caption. Of a longer one, the lines that follow are dropped.
const MAX_CUE_TEXT = 10_000;
// Between two pauses. Takes less than a millisecond.
const LINES_PER_STEP = 1_000;
const ARROW = "-->";

/**
 * Reads the cues of WebVTT and SubRip files: a line with two times, then lines of text up to a blank line. Hours may be
 * missing, and decimals may follow a dot or a comma. Ignores all else: headers, IDs, notes, styles, and cues whose times
 * cannot be read.
 *
 * @param goesOnAfterBlank text after a blank line belongs to the cue before it, as in SubRip files with empty lines
 */
export function* cuesOf(text: string, { goesOnAfterBlank }: { goesOnAfterBlank: boolean }): Steps<Cue[]> {
  const cues: Cue[] = [];
  let cue: Cue | undefined;
  let isOver = true;
  let numLines = 0;
  for (const line of linesOf(text)) {
    if (++numLines % LINES_PER_STEP === 0) yield;
    if (cues.length >= MAX_ENTRIES) break;
    const arrow = line.length > 200 ? -1 : line.indexOf(ARROW);
    if (arrow !== -1) {
      // Without a blank line, the number of this cue was taken for text.
      if (cue !== undefined && goesOnAfterBlank) cue.text = cue.text.replace(/\n\d+[^\S\n]*$/, "");
      cue = cueAt(line, arrow);
      isOver = cue === undefined;
      if (cue !== undefined) cues.push(cue);
    } else if (line.trim() === "") isOver = true;
    else if (cue !== undefined && (!isOver || (goesOnAfterBlank && !/^\s*\d+\s*$/.test(line)))) {
      if (cue.text.length < MAX_CUE_TEXT) cue.text += `\n${line.slice(0, MAX_CUE_TEXT)}`;
    }
  }
  return cues;
}

/** Reads "00:01.500 --> 00:04,000 align:start". */
function cueAt(line: string, arrow: number): Cue | undefined {
  const startSeconds = clockSeconds(line.slice(0, arrow));
  const [end = ""] = line
    .slice(arrow + ARROW.length)
    .trim()
    .split(/\s/, 1);
  return startSeconds === undefined ? undefined : { startSeconds, endSeconds: clockSeconds(end), text: "" };
}

/** Yields lines that end with LF, CR or both. */
function* linesOf(text: string): Generator<string> {
  const lines = text.replace(/\r\n?/g, "\n");
  for (let start = 0; start < lines.length; ) {
    const found = lines.indexOf("\n", start);
    const end = found === -1 ? lines.length : found;
    yield lines.slice(start, end);
    start = end + 1;
  }
}
