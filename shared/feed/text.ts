import { Parser } from "htmlparser2";
import { escapedOnce } from "./markup/escaped-once.ts";
import { escapeLiteralTags } from "./markup/literal-tags.ts";

// A letter has at most three combining marks in pointed Hebrew and Vietnamese. More than four would overlap other lines.
const TOO_MANY_MARKS = /(\p{M}{4})\p{M}+/gu;
// Single joiners are valid between letters of some scripts and in emoji.
const JOINER_RUNS = /([\u200c\u200d])[\u200b-\u200d\u2060\ufeff]+/g;
// Characters that Postgres or XML refuses (NUL, lone surrogates, noncharacters), control characters, zero-width spaces, and
// bidirectional embeddings, overrides and isolates, which would reorder the text that follows.
const UNWANTED = /(?![\t\n])\p{Cc}|[\p{Cs}\p{Noncharacter_Code_Point}\u202a-\u202e\u2060\u2066-\u2069\u200b\ufeff]/gu;
// Most text is ASCII and needs no cleaning.
const ASCII_TEXT = /^[\t\n -~]*$/;
const BLOCKS = new Set(
  "address article aside blockquote br caption center dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tr ul".split(
    " ",
  ),
);
const CELLS = new Set(["td", "th"]);
const UNSEEN = new Set(["script", "style"]);

/** Returns text on one line: decodes entities, removes markup, collapses white space, and truncates to `limit` characters. */
export function lineOf(value: string | undefined, limit: number): string | undefined {
  return finish(readable(value, limit)?.replace(/\s+/g, " "), limit);
}

/** Returns a title like `lineOf`, but keeps what only looks like markup: "List<T>", and "<a> in image maps". */
export function headlineOf(value: string | undefined, limit: number): string | undefined {
  return lineOf(value === undefined ? undefined : escapeLiteralTags(cut(value.trimStart(), limit * 8)), limit);
}

/** Returns text like `lineOf`, but keeps lines and paragraphs. */
export function paragraphsOf(value: string | undefined, limit: number): string | undefined {
  const start = value === undefined ? undefined : escapedOnce(cut(value.trimStart(), limit * 8));
  const text = readable(start, limit)
    ?.replace(/[^\S\n]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{3,}/g, "\n\n");
  return finish(text, limit);
}

/** Returns a value including its markup, without characters that cannot be stored. */
export function rawOf(value: string | undefined, limit: number): string | undefined {
  return value === undefined ? undefined : finish(clean(cut(value.trimStart(), limit)), limit);
}

function readable(value: string | undefined, limit: number): string | undefined {
  if (value === undefined) return undefined;
  // Allows for markup that is up to seven times as long as its text.
  const start = cut(value.trimStart(), limit * 8);
  return clean(/[<&]/.test(start) ? withoutMarkup(start) : start);
}

function withoutMarkup(html: string): string {
  let text = "";
  let numUnseen = 0;
  const parser = new Parser({
    onopentagname(name) {
      if (UNSEEN.has(name)) numUnseen++;
      if (BLOCKS.has(name)) text += name === "p" ? "\n\n" : "\n";
      else if (CELLS.has(name)) text += " ";
    },
    ontext(data) {
      if (numUnseen === 0) text += data;
    },
    onclosetag(name) {
      if (UNSEEN.has(name)) numUnseen--;
    },
  });
  parser.end(html);
  return text;
}

function clean(text: string): string {
  if (ASCII_TEXT.test(text)) return text;
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(JOINER_RUNS, "$1")
    .replace(UNWANTED, "")
    .replace(TOO_MANY_MARKS, "$1");
}

function finish(text: string | undefined, limit: number): string | undefined {
  const finished = cut(text?.trim() ?? "", limit).trimEnd();
  // Copies the text, because a slice would keep the larger string that it is part of in memory.
  return finished === "" ? undefined : Buffer.from(finished, "utf8").toString("utf8");
}

/** Truncates to `limit` UTF-16 code units, but never within a surrogate pair. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit);
}
