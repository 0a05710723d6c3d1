import { isAscii, isUtf8 } from "node:buffer";
import { characterLength, decodeUtf8Slices } from "./utf8.ts";

// Names used in feeds that are not in the WHATWG Encoding Standard.
const ALIASES: Record<string, string> = {
  "cp-1251": "windows-1251",
  cp932: "shift_jis",
  cp936: "gbk",
  latin: "windows-1252",
  maccyrillic: "x-mac-cyrillic",
  "win-1251": "windows-1251",
};

// The XML declaration must be at the start, but sometimes white space or junk precedes it.
const DECLARATION_BYTES = 1_024;
// Enough to distinguish charsets, and readable in a millisecond.
const SAMPLE_BYTES = 65_536;
// UTF-8 that is labelled otherwise and has some broken bytes. Text in other charsets has less than one valid sequence for
// each invalid byte.
const MISLABELLED_RATIO = 10;

/**
 * Finds a feed's charset from its byte order mark, the Content-Type header, and then the XML declaration (RFC 7303 3.2).
 * The bytes override the declarations: UTF-8 with non-ASCII characters and few invalid bytes is always read as UTF-8. Text
 * in another charset is valid UTF-8 only by chance, and wrong labels are common.
 *
 * @returns a label for `TextDecoder`
 */
export function chooseCharset(body: Buffer, contentType: string | undefined): string {
  const marked = fromByteOrderMark(body);
  if (marked !== undefined) return marked;
  const sniffed = fromZeroBytes(body);
  if (sniffed !== undefined) return sniffed;
  if (isAscii(body)) return asciiCharset(body, contentType);
  if (isUtf8(body)) return "utf-8";

  const declared = [fromHeader(contentType), fromDeclaration(body)];
  const legacy = declared.find((label) => label !== undefined && !label.startsWith("utf-"));
  const ratio = declared.includes("utf-8") ? 1 : MISLABELLED_RATIO;
  return legacy === undefined || isMostlyUtf8(body, ratio) ? "utf-8" : legacy;
}

/**
 * Decodes a body slice by slice, so that the caller can pause in between. Invalid bytes become U+FFFD; in UTF-8 they are
 * read as windows-1252.
 */
export function* decodeSlices(body: Buffer, charset: string, sliceBytes: number): Generator<string> {
  if (charset === "utf-8") return yield* decodeUtf8Slices(body, sliceBytes);
  const decoder = new TextDecoder(charset);
  for (let start = 0; start < body.length; start += sliceBytes) {
    const text = decoder.decode(body.subarray(start, start + sliceBytes), { stream: true });
    if (text !== "") yield text;
  }
  const rest = decoder.decode();
  if (rest !== "") yield rest;
}

function fromByteOrderMark(body: Buffer): string | undefined {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return "utf-8";
  if (body[0] === 0xff && body[1] === 0xfe) return "utf-16le";
  if (body[0] === 0xfe && body[1] === 0xff) return "utf-16be";
  return undefined;
}

/** Recognizes UTF-16 without a byte order mark by a feed's first character, "<". */
function fromZeroBytes(body: Buffer): string | undefined {
  if (body[0] === 0x3c && body[1] === 0 && body[2] !== 0 && body[3] === 0) return "utf-16le";
  if (body[0] === 0 && body[1] === 0x3c && body[2] === 0 && body[3] !== 0) return "utf-16be";
  return undefined;
}

/** Returns the charset of ASCII bytes: ISO-2022-JP encodes Japanese in them; in all other charsets they are ASCII. */
function asciiCharset(body: Buffer, contentType: string | undefined): string {
  const declared = fromHeader(contentType) ?? fromDeclaration(body);
  return declared === "iso-2022-jp" ? declared : "utf-8";
}

function fromHeader(contentType: string | undefined): string | undefined {
  return knownLabel(/;\s*charset\s*[=:]\s*["']?([^\s"';]+)/i.exec(contentType ?? "")?.[1]);
}

function fromDeclaration(body: Buffer): string | undefined {
  const start = body.toString("latin1", 0, DECLARATION_BYTES);
  return knownLabel(/<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']/i.exec(start)?.[1]);
}

function knownLabel(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  const name = label.trim().toLowerCase();
  try {
    return new TextDecoder(ALIASES[name] ?? name).encoding;
  } catch {
    return undefined;
  }
}

/**
 * Returns true if the first sample with non-ASCII bytes has more than `ratio` times as many multi-byte UTF-8 characters
 * as invalid bytes.
 */
function isMostlyUtf8(body: Buffer, ratio: number): boolean {
  let start = 0;
  while (start < body.length && isAscii(body.subarray(start, start + SAMPLE_BYTES))) start += SAMPLE_BYTES;
  const sample = body.subarray(start, start + SAMPLE_BYTES);
  let numValid = 0;
  let numInvalid = 0;
  for (let i = 0; i < sample.length; ) {
    const length = characterLength(sample, i);
    if (length > 1) numValid++;
    if (length === 0) numInvalid++;
    i += Math.max(1, length);
  }
  return numValid > numInvalid * ratio;
}
