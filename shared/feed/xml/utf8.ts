import { isUtf8 } from "node:buffer";

// windows-1252 at 0x80 to 0x9F; the rest equals Latin-1. Five bytes are unassigned and stay control characters.
const FROM_0X80 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/**
 * Decodes UTF-8 slice by slice. Reads invalid bytes as windows-1252, the charset of some text pasted into feeds. Other text
 * is unaffected.
 */
export function* decodeUtf8Slices(body: Buffer, sliceBytes: number): Generator<string> {
  let start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  while (start < body.length) {
    const end = sliceEnd(body, start + sliceBytes);
    const slice = body.subarray(start, end);
    yield isUtf8(slice) ? slice.toString("utf8") : mixedText(slice);
    start = end;
  }
}

/** Moves a slice's end to the end of a character. */
function sliceEnd(body: Buffer, end: number): number {
  for (let first = end - 1; first >= end - 3; first--) {
    const length = characterLength(body, first);
    if (length > 1) return Math.max(end, first + length);
  }
  return Math.min(end, body.length);
}

function mixedText(bytes: Buffer): string {
  const pieces: string[] = [];
  let start = 0;
  for (let i = 0; i < bytes.length; ) {
    const length = characterLength(bytes, i);
    if (length === 0) {
      const byte = bytes[i] ?? 0;
      if (i > start) pieces.push(bytes.toString("utf8", start, i));
      pieces.push(fromWindows1252(byte));
      start = i + 1;
    }
    i += Math.max(1, length);
  }
  if (start < bytes.length) pieces.push(bytes.toString("utf8", start));
  return pieces.join("");
}

/** Returns the windows-1252 character at 0x80 to 0xFF. */
export function fromWindows1252(byte: number): string {
  return FROM_0X80[byte - 0x80] ?? String.fromCharCode(byte);
}

/** Returns the length in bytes of the UTF-8 character that begins at `at` (RFC 3629 4); 0 if none begins there. */
export function characterLength(bytes: Buffer, at: number): 0 | 1 | 2 | 3 | 4 {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const second = bytes[at + 1] ?? 0;
  if (first < 0xc2 || first > 0xf4 || !isFollowing(second)) return 0;
  if (first < 0xe0) return 2;
  // Rejects overlong forms, surrogates, and code points over U+10FFFF.
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return 0;
  if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return 0;
  if (!isFollowing(bytes[at + 2])) return 0;
  if (first < 0xf0) return 3;
  return isFollowing(bytes[at + 3]) ? 4 : 0;
}

function isFollowing(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
