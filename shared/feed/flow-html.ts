import { Parser } from "htmlparser2";
import { LIMITS } from "./model.ts";
import { webUrl } from "./url.ts";

type Block = { tag: string; isWritten: boolean };
type Phrase = { tag: string; start: string };

const PHRASES = new Set(["a", "code", "em", "strong", "sub", "sup"]);
// Blocks that hold text and phrases only. The others hold blocks, and lists hold items.
const LEAVES = new Set(["p", "pre", "h3", "h4", "h5", "h6"]);
const LISTS = new Set(["ul", "ol"]);
const BLOCKS = new Set([...LEAVES, ...LISTS, "li", "blockquote"]);
// Deeper nesting serves no reader, and costs time in proportion.
const MAX_NESTING = 16;

// What may follow the last text: the start of a link, and the end of all that is open.
const CLOSING_LENGTH = 4_000;

const WEB_ADDRESS = /https?:\/\/[^\s<>"]+/g;

/**
 * Writes HTML anew so that it is valid inside a `<div>` whatever came in: text is in paragraphs, items are in lists, all that
 * opens is closed, nothing is empty. Only the elements above are written, without attributes but for the address of a link;
 * text is escaped, and web addresses in it become links.
 *
 * @param hasLines whether line breaks in text count, as they do in plain text
 */
export function flowHtml(html: string, { baseUrl, hasLines }: { baseUrl: string; hasLines: boolean }): string {
  let written = "";
  let isFull = false;
  let text = "";
  // The white space or line breaks before the next words: none is written where a block begins or ends.
  let space: "" | " " | "<br>" | "<br><br>" = "";
  let isBlockStart = false;
  // Of the last heading, first of the page's own above the notes.
  let level = 2;
  const blocks: Block[] = [];
  // Phrases that are open in the source; the first `numWritten` of them are open in what is written.
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

  /** A heading is one level below the one before it at most: an outline has no gaps. */
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

  /** Drops what would make it too long, and all text after it. */
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
      // A blank line ends the paragraph; a line break within it stays one.
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
      } else if (BLOCKS.has(tag)) openBlock(tag);
      else if (PHRASES.has(tag) && !phrases.some((phrase) => phrase.tag === tag)) openPhrase(tag, href);
    },
    ontext(piece) {
      // It comes in pieces, cut at entities: an address may go on in the next.
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

/** In pieces, so that a long text loses its end only. */
function* textPieces(text: string): Generator<string> {
  if (text.length <= 2_000) yield escapeHtml(text);
  else for (const [piece] of text.matchAll(/.{1,2000}/gsu)) yield escapeHtml(piece);
}

function linkStart(url: string): string {
  return `<a href="${escapeHtml(url)}" rel="nofollow noopener noreferrer">`;
}

/** Ends an address before the punctuation of its sentence, and before a bracket that it does not open. */
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
