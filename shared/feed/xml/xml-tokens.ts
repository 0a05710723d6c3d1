import { Tokenizer } from "htmlparser2";
import { itemFence } from "./item-fence.ts";
import { fromWindows1252 } from "./utf8.ts";

/** Names are in lower case and well formed, with at most one colon; `attributes` has no prototype. */
export type XmlHandler = {
  onOpen(name: string, attributes: Record<string, string>, isEmpty: boolean): void;
  onClose(name: string): void;
  onText(text: string): void;
  /** Name of the open item's element. Without it, damage is not kept within items. */
  openItem?(): string | undefined;
};
export type XmlTokens = { write(text: string): void; end(): void };

// None of 205 real feeds has more than 20. One element with 200 000 attributes would take a full parser 15 s.
const MAX_ATTRIBUTES = 256;
const MAX_NAME = 1_024;
const MAX_ATTRIBUTE_VALUE = 65_536;
// Show notes of real feeds have up to 50 000 characters, and `LIMITS` truncates them to 64 000.
const MAX_TEXT = 1_048_576;

const BRACKET_AT_END = /<[?!]?$/;

const WELL_FORMED_NAME = /^[\p{L}_][\p{L}\p{N}_.-]*(?::[\p{L}_][\p{L}\p{N}_.-]*)?$/u;

/**
 * Parses XML leniently into open, close and text events. Drops oversized and malformed parts without an error. Skips DTDs.
 * Entities other than numeric ones and XML's five stay as written.
 *
 * @param isHtml parses HTML instead, with its entities, and without elements inside script, style and the like
 */
export function xmlTokens(handler: XmlHandler, { isHtml = false } = {}): XmlTokens {
  // Written text, from the start of the current token.
  const chunks: string[] = [];
  let chunksStart = 0;
  let elementName: string | undefined;
  let attributes: Record<string, string> = Object.create(null);
  let numAttributes = 0;
  let attributeName: string | undefined;
  let attributeValue = "";
  let carried = "";
  // Set while the end of a construct is written that the feed does not have.
  let isMuted = false;

  const tokenizer = new Tokenizer(
    { xmlMode: !isHtml },
    {
      onopentagname(start, end) {
        elementName = name(start, end);
        attributes = Object.create(null);
        numAttributes = 0;
      },
      onattribname(start, end) {
        numAttributes++;
        attributeName = numAttributes <= MAX_ATTRIBUTES ? name(start, end) : undefined;
        attributeValue = "";
      },
      onattribdata(start, end) {
        if (attributeName !== undefined && attributeValue.length <= MAX_ATTRIBUTE_VALUE)
          attributeValue += slice(start, Math.min(end, start + MAX_ATTRIBUTE_VALUE + 1));
      },
      onattribentity(codePoint) {
        if (attributeName !== undefined && attributeValue.length <= MAX_ATTRIBUTE_VALUE)
          attributeValue += characterOf(codePoint);
      },
      onattribend() {
        // The first attribute with a name counts. Drops a value that is too long, because a truncated URL is another URL.
        if (attributeName === undefined || attributeName in attributes || attributeValue.length > MAX_ATTRIBUTE_VALUE)
          return;
        attributes[attributeName] = attributeValue;
      },
      onopentagend() {
        if (elementName !== undefined && !isMuted) handler.onOpen(elementName, attributes, false);
      },
      onselfclosingtag() {
        if (elementName !== undefined && !isMuted) handler.onOpen(elementName, attributes, true);
      },
      onclosetag(start, end) {
        const closed = name(start, end);
        if (closed !== undefined) handler.onClose(closed);
      },
      ontext(start, end) {
        if (!isMuted) handler.onText(slice(start, Math.min(end, start + MAX_TEXT)));
      },
      oncdata(start, end, numEndCharacters) {
        handler.onText(slice(start, Math.min(end - numEndCharacters, start + MAX_TEXT)));
      },
      ontextentity(codePoint) {
        handler.onText(characterOf(codePoint));
      },
      oncomment() {},
      ondeclaration() {},
      onprocessinginstruction() {},
      onend() {},
    },
  );

  function name(start: number, end: number): string | undefined {
    if (end - start > MAX_NAME) return undefined;
    const read = slice(start, end).toLowerCase();
    return read !== "__proto__" && WELL_FORMED_NAME.test(read) ? read : undefined;
  }

  function slice(start: number, end: number): string {
    while (chunks.length > 1 && start - chunksStart >= (chunks[0]?.length ?? 0))
      chunksStart += chunks.shift()?.length ?? 0;
    let read = "";
    let chunkStart = chunksStart;
    for (const chunk of chunks) {
      if (chunkStart >= end) break;
      read += chunk.slice(Math.max(0, start - chunkStart), end - chunkStart);
      chunkStart += chunk.length;
    }
    return read;
  }

  function tokenize(text: string): void {
    if (text === "") return;
    chunks.push(text);
    tokenizer.write(text);
  }

  const { openItem } = handler;
  const target: XmlTokens =
    openItem === undefined
      ? { write: tokenize, end() {} }
      : itemFence({
          write: tokenize,
          writeEnd(text) {
            isMuted = true;
            tokenize(text);
            isMuted = false;
          },
          openItem,
        });

  return {
    write(text) {
      const joined = carried + text;
      // The text after a trailing "<" decides whether it begins a tag.
      carried = BRACKET_AT_END.exec(joined.slice(-2))?.[0] ?? "";
      target.write(escapeStrayBrackets(joined.slice(0, joined.length - carried.length)));
    },
    end() {
      target.end();
      tokenizer.end();
    },
  };
}

/** Returns the character of a reference. Those to C1 characters mean windows-1252 (HTML 13.2.5.80). */
function characterOf(codePoint: number): string {
  return codePoint >= 0x80 && codePoint <= 0x9f ? fromWindows1252(codePoint) : String.fromCodePoint(codePoint);
}

/**
 * Escapes a "<" that cannot begin a tag. Otherwise an unescaped "I <3 you" would begin a tag that swallows the rest of the
 * item. In CDATA the text is HTML, so escaping it there is equivalent.
 */
function escapeStrayBrackets(text: string): string {
  return text.replace(/<(?=[\s\d=<-]|[?!](?![\p{L}_[-]))/gu, "&lt;");
}
