import { clockSeconds } from "../duration.ts";
import type { Steps } from "../xml/steps.ts";
import { xmlTokens } from "../xml/xml-tokens.ts";
import { MAX_ENTRIES, type RawSegment } from "./segments.ts";

// As for feeds: reading a slice takes some milliseconds.
const SLICE_LENGTH = 32_768;
const BLOCKS = new Set("p div li ul ol tr td h1 h2 h3 h4 h5 h6 blockquote section article hr dt dd pre".split(" "));
// Parts of a page that are not the transcript.
const UNSEEN = new Set("script style head title nav header footer button noscript template svg".split(" "));

/**
 * Reads the podcast namespace's HTML: `<cite>Jo Doe:</cite> <time>0:12</time> <p>Hello</p>`. A time and a speaker hold for
 * the text after them; a speaker up to the next one. Other HTML is read as paragraphs without times.
 */
export function* htmlSegments(html: string): Steps<RawSegment[]> {
  const segments: RawSegment[] = [];
  let text: string[] = [];
  let startSeconds: number | undefined;
  let speaker: string | undefined;
  let numUnseen = 0;

  function take(): string {
    const taken = text.join("");
    text = [];
    return taken;
  }

  function end(): void {
    const ended = take();
    if (ended.trim() === "" || segments.length >= MAX_ENTRIES) return;
    segments.push({ startSeconds, speaker, text: ended });
    startSeconds = undefined;
  }

  const tokens = xmlTokens(
    {
      onOpen(name, _attributes, isEmpty) {
        if (UNSEEN.has(name) && !isEmpty) numUnseen++;
        // Two line breaks are a paragraph.
        if (name === "br" && text.at(-1) !== "\n") text.push("\n");
        else if (BLOCKS.has(name) || name === "br" || name === "cite" || name === "time") end();
      },
      onClose(name) {
        if (UNSEEN.has(name)) numUnseen = Math.max(0, numUnseen - 1);
        if (name === "cite") speaker = take().trim().replace(/:$/, "") || undefined;
        else if (name === "time") startSeconds = clockSeconds(take());
        else if (BLOCKS.has(name)) end();
      },
      onText(data) {
        // Decoded already, so that "&lt;" is text.
        if (numUnseen === 0) text.push(data.replace(/[&<]/g, (character) => (character === "<" ? "&lt;" : "&amp;")));
      },
    },
    { isHtml: true },
  );
  for (let start = 0; start < html.length; start += SLICE_LENGTH) {
    yield;
    tokens.write(html.slice(start, start + SLICE_LENGTH));
  }
  tokens.end();
  end();
  return segments;
}
