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
  const blocks: Block[] = [];
  // Phrases that are open in the source; the first `numWritten` of them are open in what is written.
  let phrases: Phrase[] = [];
  let numWritten = 0;

  function closePhrasesTo(count: number): void {
    while (numWritten > count) written += `</${phrases[--numWritten]?.tag}>`;
  }

  function closeBlocksTo(count: number): void {
    closePhrasesTo(0);
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
    blocks.push({ tag, isWritten: false });
  }

  function writeBlocks(): void {
    for (const block of blocks) {
      if (!block.isWritten) written += `<${block.tag}>`;
      block.isWritten = true;
    }
  }

  function write(text: string): void {
    if (isFull) return;
    const tag = blocks.at(-1)?.tag;
    if (tag === undefined || tag === "blockquote" || LISTS.has(tag)) {
      if (text.trim() === "") return;
      openBlock(tag !== undefined && LISTS.has(tag) ? "li" : "p");
    }
    if (text.trim() !== "") writeBlocks();
    if (blocks.at(-1)?.isWritten !== true) return;
    for (; numWritten < phrases.length; numWritten++) written += phrases[numWritten]?.start;
    const isLiteral = phrases.some((phrase) => phrase.tag === "a" || phrase.tag === "code");
    append(isLiteral ? escapeHtml(text) : withLinks(text));
  }

  /** Drops what would make it too long, and all text after it. */
  function append(html: string): void {
    isFull ||= written.length + html.length > LIMITS.notesHtml - CLOSING_LENGTH;
    if (!isFull) written += html;
  }

  function breakLine(): void {
    if (blocks.at(-1)?.isWritten === true && blocks.at(-1)?.tag !== "ul" && blocks.at(-1)?.tag !== "ol")
      written += "<br>";
  }

  function writeLines(text: string): void {
    for (const [index, line] of text.split("\n").entries()) {
      // A blank line ends the paragraph; a line break within it stays one.
      if (index > 0 && line.trim() === "" && text !== "\n") openBlock("p");
      else if (index > 0) breakLine();
      if (line !== "") write(line);
    }
  }

  const parser = new Parser({
    onopentag(tag, { href }) {
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
    ontext(text) {
      if (hasLines && blocks.at(-1)?.tag !== "pre") writeLines(text);
      else write(text);
    },
    onclosetag(tag) {
      if (BLOCKS.has(tag)) {
        const index = blocks.findLastIndex((block) => block.tag === tag);
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
    if (url !== undefined)
      phrases.push({ tag, start: `<a href="${escapeHtml(url)}" rel="nofollow noopener noreferrer">` });
  }

  parser.end(html);
  closeBlocksTo(0);
  return written.replace(/(?:\s|<br>)+(?=<\/(?:p|li|h\d|blockquote)>)/g, "");
}

function linkUrl(href: string | undefined, baseUrl: string): string | undefined {
  return /^mailto:[^\s]{3,320}$/i.test(href ?? "") ? href : webUrl(href, baseUrl);
}

function withLinks(text: string): string {
  let result = "";
  let end = 0;
  for (const match of text.matchAll(WEB_ADDRESS)) {
    const address = withoutPunctuation(match[0]);
    const url = webUrl(address, undefined);
    if (url === undefined) continue;
    result += escapeHtml(text.slice(end, match.index));
    result += `<a href="${escapeHtml(url)}" rel="nofollow noopener noreferrer">${escapeHtml(address)}</a>`;
    end = match.index + address.length;
  }
  return result + escapeHtml(text.slice(end));
}

/** Ends an address before the punctuation of its sentence, and before a bracket that it does not open. */
function withoutPunctuation(address: string): string {
  let end = address.length;
  while (end > 0 && /[.,;:!?'*\])]/.test(address[end - 1] ?? "")) {
    if (address[end - 1] === ")" && address.slice(0, end).includes("(")) break;
    end--;
  }
  return address.slice(0, end);
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
