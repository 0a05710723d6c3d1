import { setTimeout as sleep } from "node:timers/promises";
import {
  type BrotliDecompress,
  constants,
  crc32,
  createBrotliDecompress,
  createGunzip,
  createInflateRaw,
  createZstdDecompress,
  type Gunzip,
  type InflateRaw,
  type ZstdDecompress,
} from "node:zlib";
import { untilAborted } from "../deadline.ts";
import { createSemaphore } from "../semaphore.ts";
import { FetchError } from "./errors.ts";

/** Encodings that `decodeBody` supports. */
export const ACCEPT_ENCODING = "gzip, br, zstd";

type Options = { url: string; encoding: string | undefined; maxBytes: number; signal: AbortSignal };

// Node's default of 16 KiB takes four times as long; larger chunks use more memory.
const CHUNK_BYTES = 256 * 1024;
// 8 MiB, the largest window that RFC 9659 allows in zstd content.
const ZSTD_WINDOW_LOG = 23;
// An aborted decoder finishes its current step on its thread before it frees its window: about 1 ms, more under load.
const SETTLE_MS = 20;

type Decoder = BrotliDecompress | Gunzip | InflateRaw | ZstdDecompress;
type Format = "gzip" | "br" | "zstd";
const DECODERS: Record<Format, () => Decoder> = {
  gzip: createGzipDecoder,
  br: createBrotliDecoder,
  zstd: createZstdDecoder,
};
// White space and a byte order mark may precede a document. A brotli stream that begins so does not exist in practice.
const MARKUP = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s{0,200}<[?!a-z]/i;
const MARKUP_BYTES = 204;

// Bodies are decoded one at a time. A decompression bomb uses a brotli window of 16 MiB and as much output before the
// limit stops it: too much for twenty concurrent fetches. Decoding one bomb takes about 40 ms.
const decoding = createSemaphore(1);

/**
 * Decodes a body that has a Content-Encoding. What the body is counts for more than the label: markup is taken as it is,
 * and gzip and zstd are known by their first bytes. Some servers label a plain body gzip, aws-chunked or UTF-8.
 *
 * @throws FetchError for an unknown encoding, a damaged body, or one that decodes to more than `maxBytes`
 */
export async function decodeBody(body: Buffer, options: Options): Promise<Buffer> {
  const { url, signal } = options;
  const encoding = readEncoding(options.encoding ?? "");
  if (body.length === 0 || encoding === "" || isMarkup(body)) return body;
  const format = formatOf(body, encoding);
  if (format === undefined) {
    if (encoding.endsWith("gzip")) return body;
    throw new FetchError("bad-encoding", {
      url,
      detail: `"${encoding.slice(0, 40)}" is not an accepted encoding`,
    });
  }

  try {
    const release = await decoding.acquire({ signal });
    // Released when the decoder ends, which may be after the call was aborted.
    return await untilAborted(signal, inflateAs(format, { ...options, body }).finally(release));
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof FetchError) throw cause;
    throw new FetchError("bad-encoding", { url, detail: `the ${format} body is damaged or truncated`, cause });
  }
}

// Joins several encodings into one name, which no format has, because only single encodings are supported.
function readEncoding(contentEncoding: string): string {
  const names = contentEncoding.split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "" && name !== "identity").join(", ");
}

function isMarkup(body: Buffer): boolean {
  // Without the zeros of UTF-16.
  return MARKUP.test(body.toString("latin1", 0, MARKUP_BYTES).replaceAll("\0", ""));
}

/** Brotli has no first bytes of its own: some of its streams begin like gzip. */
function formatOf(body: Buffer, encoding: string): Format | undefined {
  if (encoding === "br") return "br";
  if (hasGzipMagic(body)) return "gzip";
  if (encoding === "zstd" || hasZstdMagic(body)) return "zstd";
  return undefined;
}

function hasGzipMagic(body: Buffer): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

function hasZstdMagic(body: Buffer): boolean {
  return body.length >= 4 && body.readUInt32LE() === 0xfd2fb528;
}

type Inflating = Options & { body: Buffer };

async function inflateAs(format: Format, options: Inflating): Promise<Buffer> {
  try {
    return await inflate(DECODERS[format](), options);
  } catch (error) {
    const isDamaged = error instanceof Error && "code" in error && error.code === "Z_DATA_ERROR";
    if (format !== "gzip" || !isDamaged) throw error;
    return await inflateFirstMember(options).catch((cause: unknown) => {
      throw cause instanceof FetchError ? cause : error;
    });
  }
}

/** Inflates a gzip member that is followed by other bytes, which Node refuses. They may not begin like another member. */
async function inflateFirstMember(options: Inflating): Promise<Buffer> {
  const { body } = options;
  const start = gzipHeaderBytes(body);
  const decoder = createInflateRaw({ chunkSize: CHUNK_BYTES });
  const inflated = await inflate(decoder, { ...options, body: body.subarray(start) });
  const end = start + decoder.bytesWritten;
  const isWhole = crc32(inflated) === body.readUInt32LE(end) && inflated.length === body.readUInt32LE(end + 4);
  if (!isWhole || hasGzipMagic(body.subarray(end + 8))) throw new Error("the gzip member is damaged");
  return inflated;
}

/** RFC 1952 2.3. */
function gzipHeaderBytes(body: Buffer): number {
  const flags = body.readUInt8(3);
  let length = 10;
  if (flags & 4) length += 2 + body.readUInt16LE(length);
  // A file name and a comment, each ended by a zero byte.
  if (flags & 8) length = body.indexOf(0, length) + 1;
  if (flags & 16) length = body.indexOf(0, length) + 1;
  return flags & 2 ? length + 2 : length;
}

async function inflate(decoder: Decoder, { body, url, maxBytes }: Inflating): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let numBytes = 0;
  try {
    decoder.end(body);
    for await (const chunk of decoder) {
      chunks.push(chunk);
      numBytes += chunk.length;
      if (numBytes > maxBytes) {
        decoder.destroy();
        await sleep(SETTLE_MS);
        throw new FetchError("too-large", { url, detail: `the body decodes to over ${maxBytes} bytes` });
      }
    }
    return Buffer.concat(chunks, numBytes);
  } finally {
    chunks.forEach(release);
  }
}

// Frees memory immediately, because the garbage collector would let about 60 MB of chunks accumulate. Only frees a
// chunk that owns its whole buffer, so that no other chunk can still use the buffer.
function release({ buffer, length }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
}

function createGzipDecoder(): Gunzip {
  return createGunzip({ chunkSize: CHUNK_BYTES });
}

function createBrotliDecoder(): BrotliDecompress {
  const params = { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: false };
  return createBrotliDecompress({ chunkSize: CHUNK_BYTES, params });
}

function createZstdDecoder(): ZstdDecompress {
  const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG };
  return createZstdDecompress({ chunkSize: CHUNK_BYTES, params });
}
