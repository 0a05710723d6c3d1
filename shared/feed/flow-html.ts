import { Parser } from "htmlparser2";
import { LIMITS } from "./model.ts";
import { webUrl } from "./url.ts";

type Block = { tag: string; isWritten: boolean };
type Phrase = { tag: string; start: string };

const PHRASES = new Set(["a", "code", "em", "strong", "sub", "sup"]);
// Blocks that contain only text and phrases. Lists contain items, and the other blocks contain blocks.
const LEAVES = new Set(["p", "pre", "h3", "h4", "h5", "h6"]);
const LISTS = new Set(["ul", "ol"]);
const BLOCKS = new Set([...LEAVES, ...LISTS, "li", "blockquote"]);
const CELLS = new Set(["td", "th"]);
// Deeper nesting does not help readers, and costs time in proportion.
const MAX_NESTING = 16;

// Reserved for what may follow the last text: the start of a link, and the end tags of all open elements.
const CLOSING_LENGTH = 4_000;

const WEB_ADDRESS = /https?:\/\/[^\s<>"]+/g;

/**
 * Rewrites any HTML so that it is valid inside a `<div>`: text is in paragraphs, items are in lists, every element is closed,
 * and none is empty. Writes only the elements above, `<br>` and `<hr>`; the texts of cells become "one | two". The only
 * attributes are those of links. Escapes text, and turns web addresses in it into links.
 *
 * @param hasLines keeps line breaks in text, as in plain text
 */
export function flowHtml(html: string, { baseUrl, hasLines }: { baseUrl: string; hasLines: boolean }): string {
  let written = "";
  let isFull = false;
  let text = "";
  // White space or line breaks to write before the next words. Dropped at the start and end of a block.
  let space: "" | " " | " | " | "<br>" | "<br><br>" = "";
  let isBlockStart = false;
  // Level of the last heading. At first that of the page's heading above the notes.
  let level = 2;
  const blocks: Block[] = [];
  // Phrases that are open in the source. The first `numWritten` of them are also open in the output.
  let phrases: Phrase[] = [];
  let numWritten = 0;

  function closePhrasesTo(count: number): void {
    while (numWritten > count) written += `</${phrases[--numWritten]?.tag}>`;
  }

  function closeBlocksTo(count: number): void {
    closePhrasesTo(0);
    space = "";
    while (blocks.length > count) {
      const block = blocks.pop();
      if (block?.isWritten) written += `</${block.tag}>`;
    }
  }

  function openBlock(tag: string): void {
    if (LEAVES.has(blocks.at(-1)?.tag ?? "")) closeBlocksTo(blocks.length - 1);
    const list = blocks.findLastIndex((block) => LISTS.has(block.tag));
    if (tag === "li") {
      if (list === -1) openBlock("ul");
      else closeBlocksTo(list + 1);
    } else if (list !== -1 && list === blocks.length - 1) openBlock("li");
    if (blocks.length >= MAX_NESTING) return;
    closePhrasesTo(0);
    space = "";
    blocks.push({ tag, isWritten: false });
  }

  function writeBlocks(): void {
    for (const block of blocks) {
      if (block.isWritten) continue;
      if (isHeading(block.tag)) block.tag = nextHeading(block.tag);
      written += `<${block.tag}>`;
      block.isWritten = true;
      isBlockStart = true;
    }
  }

  /** Limits a heading to one level below the previous heading, so that the outline has no gaps. */
  function nextHeading(tag: string): string {
    level = Math.min(Number(tag.slice(1)), level + 1);
    return `h${level}`;
  }

  function write(words: string): void {
    const tag = blocks.at(-1)?.tag;
    const isBlank = words.trim() === "";
    if (isFull || (isBlank && tag !== "pre")) {
      if (space === "") space = " ";
      return;
    }
    if (tag === undefined || tag === "blockquote") openBlock("p");
    else if (LISTS.has(tag)) openBlock("li");
    writeBlocks();
    if (!isBlockStart) append(space === "" && /^\s/.test(words) ? " " : space);
    isBlockStart = false;
    for (; numWritten < phrases.length; numWritten++) written += phrases[numWritten]?.start;
    const line = tag === "pre" ? words : words.trim().replace(/\s+/g, " ");
    const isLiteral = phrases.some((phrase) => phrase.tag === "a" || phrase.tag === "code");
    for (const piece of isLiteral ? textPieces(line) : linkedPieces(line)) append(piece);
    space = tag !== "pre" && /\s$/.test(words) ? " " : "";
  }

  /** Appends HTML. Once a piece would exceed the limit, drops it and all later pieces. */
  function append(html: string): void {
    isFull ||= written.length + html.length > LIMITS.notesHtml - CLOSING_LENGTH;
    if (!isFull) written += html;
  }

  function breakLine(): void {
    space = space.startsWith("<br>") ? "<br><br>" : "<br>";
  }

  function writeText(): void {
    if (text === "") return;
    const lines = hasLines ? text.split("\n") : [text];
    for (const [index, line] of lines.entries()) {
      // A blank line ends the paragraph; other line breaks stay line breaks.
      if (index > 0 && index < lines.length - 1 && line.trim() === "") openBlock("p");
      else if (index > 0) breakLine();
      if (line !== "") write(line);
    }
    text = "";
  }

  const parser = new Parser({
    onopentag(tag, { href }) {
      writeText();
      if (tag === "br") breakLine();
      else if (tag === "hr") {
        openBlock("hr");
        if (blocks.pop()?.tag === "hr" && written !== "") {
          writeBlocks();
          written += "<hr>";
        }
      } else if (CELLS.has(tag)) space = " | ";
      else if (BLOCKS.has(tag)) openBlock(tag);
      else if (PHRASES.has(tag) && !phrases.some((phrase) => phrase.tag === tag)) openPhrase(tag, href);
    },
    ontext(piece) {
      // The parser splits text at entities, and a web address may continue in the next piece.
      text += piece;
    },
    onclosetag(tag) {
      writeText();
      if (BLOCKS.has(tag)) {
        const index = blocks.findLastIndex((block) => block.tag === tag || (isHeading(tag) && isHeading(block.tag)));
        if (index !== -1) closeBlocksTo(index);
      } else if (PHRASES.has(tag)) {
        const index = phrases.findLastIndex((phrase) => phrase.tag === tag);
        if (index === -1) return;
        closePhrasesTo(index);
        phrases = phrases.toSpliced(index, 1);
      }
    },
  });

  function openPhrase(tag: string, href: string | undefined): void {
    if (tag !== "a") phrases.push({ tag, start: `<${tag}>` });
    const url = tag === "a" ? linkUrl(href, baseUrl) : undefined;
    if (url !== undefined) phrases.push({ tag, start: linkStart(url) });
  }

  parser.end(html);
  writeText();
  closeBlocksTo(0);
  return written;
}

function isHeading(tag: string): boolean {
  return /^h\d$/.test(tag);
}

function linkUrl(href: string | undefined, baseUrl: string): string | undefined {
  return /^mailto:[^\s]{3,320}$/i.test(href ?? "") ? href : webUrl(href, baseUrl);
}

function* linkedPieces(text: string): Generator<string> {
  let end = 0;
  if (!text.includes("://")) return yield* textPieces(text);
  for (const match of text.matchAll(WEB_ADDRESS)) {
    const address = withoutPunctuation(match[0]);
    const url = webUrl(address, undefined);
    if (url === undefined) continue;
    yield* textPieces(text.slice(end, match.index));
    yield `${linkStart(url)}${escapeHtml(address)}</a>`;
    end = match.index + address.length;
  }
  yield* textPieces(text.slice(end));
}

/** Escapes text in pieces, so that a long text loses only its end. */
function* textPieces(text: string): Generator<string> {
  if (text.length <= 2_000) yield escapeHtml(text);
  else for (const [piece] of text.matchAll(/.{1,2000}/gsu)) yield escapeHtml(piece);
}

function linkStart(url: string): string {
  return `<a href="${escapeHtml(url)}" rel="nofollow noopener noreferrer">`;
}

/** Removes a sentence's punctuation, and a closing bracket without an opening one, from the end of an address. */
function withoutPunctuation(address: string): string {
  let end = address.length;
  const opening = address.indexOf("(");
  while (end > 0 && /[.,;:!?'*\])]/.test(address[end - 1] ?? "")) {
    if (address[end - 1] === ")" && opening !== -1) break;
    end--;
  }
  return address.slice(0, end);
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
