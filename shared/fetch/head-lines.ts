import { Duplex } from "node:stream";

// A header field's name is a token (RFC 9110 5.6.2). Spaces before the colon are removed (RFC 9112 5.1).
const FIELD = /^([!#$%&'*+.^_`|~0-9a-z-]+)[ \t]*:/i;
const INFORMATIONAL = /^HTTP\/1\.[01] 1(?!01)\d\d/i;
// More than Node's parser takes. All that follows is left to it.
const MAX_HEAD_BYTES = 128 * 1024;
const LF = 0x0a;

/**
 * Returns the stream with the heads of its replies as Node's parser takes them, which is strict about two faults even if it
 * is lenient. Removes what browsers ignore: lines that are no header field, and a Content-Length that repeats the first
 * one (RFC 9110 8.6). Leaves all else alone, also different lengths.
 */
export function withUsualHeads(stream: Duplex): Duplex {
  const usual = Duplex.from({ readable: usualHeads(stream), writable: stream });
  // Stays for the stream's life: a late error without a listener would end the process.
  return usual.on("error", () => {});
}

async function* usualHeads(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const filter = createHeadFilter();
  for await (const chunk of stream) {
    const usual = filter.write(chunk);
    if (usual.length > 0) yield usual;
  }
  const rest = filter.end();
  if (rest.length > 0) yield rest;
}

type Head = { isInformational: boolean; contentLength?: string; isDropping: boolean };

function createHeadFilter() {
  // Undefined before a status line.
  let head: Head | undefined;
  let isBody = false;
  let numBytes = 0;
  // Of the line that has begun: a line of many packets costs no more than its length.
  let pieces: Buffer[] = [];

  function takeLine(): Buffer {
    const line = Buffer.concat(pieces);
    pieces = [];
    return line;
  }

  /** Returns a line of a head as the parser gets it; undefined if it does not get it. */
  function filterLine(line: Buffer): Buffer | undefined {
    const text = line.toString("latin1").replace(/\r?\n$/, "");
    if (head === undefined) {
      head = { isInformational: INFORMATIONAL.test(text), isDropping: false };
      return line;
    }
    if (text === "") {
      // After a status of 1xx, another head follows.
      isBody = !head.isInformational;
      head = undefined;
      return line;
    }
    // A line that begins with a space continues the one before it (RFC 9112 5.2).
    if (/^[ \t]/.test(text)) return head.isDropping ? undefined : line;
    // A carriage return alone counts as a space (RFC 9112 2.2).
    const usual = usualField(text.replaceAll("\r", " "), head);
    head.isDropping = usual === undefined;
    return usual === undefined ? undefined : Buffer.from(`${usual}\r\n`, "latin1");
  }

  return {
    write(chunk: Buffer): Buffer {
      const usual: Buffer[] = [];
      let start = 0;
      while (start < chunk.length && !isBody) {
        const end = chunk.indexOf(LF, start) + 1 || chunk.length;
        pieces.push(chunk.subarray(start, end));
        numBytes += end - start;
        isBody = numBytes > MAX_HEAD_BYTES;
        if (chunk[end - 1] === LF && !isBody) usual.push(filterLine(takeLine()) ?? EMPTY);
        start = end;
      }
      if (isBody) usual.push(takeLine(), chunk.subarray(start));
      return Buffer.concat(usual);
    },
    end: takeLine,
  };
}

const EMPTY = Buffer.alloc(0);

/** Returns a header line as the parser takes it. Undefined if it is no field, or repeats the length of the head. */
function usualField(text: string, head: Head): string | undefined {
  const [start, name] = FIELD.exec(text) ?? [];
  if (start === undefined || name === undefined) return undefined;
  const value = text.slice(start.length);
  if (name.toLowerCase() !== "content-length") return `${name}:${value}`;
  // One line can have several, too.
  const lengths = new Set(value.split(",").map((length) => length.trim()));
  const [length = ""] = lengths;
  if (lengths.size > 1 || (head.contentLength !== undefined && head.contentLength !== length)) return text;
  if (head.contentLength === length) return undefined;
  head.contentLength = length;
  return `${name}: ${length}`;
}
