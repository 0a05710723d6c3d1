import type { Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from "node:zlib";
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

const DECODERS = new Map<string, () => Transform>([
  ["gzip", createGzipDecoder],
  ["x-gzip", createGzipDecoder],
  ["br", createBrotliDecoder],
  ["zstd", createZstdDecoder],
]);

// Bodies are decoded one at a time. A decompression bomb uses a brotli window of 16 MiB and as much output before the
// limit stops it: too much for twenty concurrent fetches. Decoding one bomb takes about 40 ms.
const decoding = createSemaphore(1);

/**
 * Decodes a body according to its Content-Encoding.
 *
 * @throws FetchError for an unknown encoding, a damaged body, or one that decodes to more than `maxBytes`
 */
export async function decodeBody(body: Buffer, options: Options): Promise<Buffer> {
  const { url, signal } = options;
  const encoding = readEncoding(options.encoding ?? "");
  // Some servers declare gzip for a body that is not compressed.
  if (body.length === 0 || encoding === "" || (encoding.endsWith("gzip") && !hasGzipMagic(body))) return body;
  const createDecoder = DECODERS.get(encoding);
  if (createDecoder === undefined) {
    throw new FetchError("bad-encoding", {
      url,
      detail: `"${encoding.slice(0, 40)}" is not an accepted encoding`,
    });
  }

  try {
    const release = await decoding.acquire({ signal });
    // Released when the decoder ends, which may be after the call was aborted.
    return await untilAborted(signal, inflate(createDecoder(), { ...options, body }).finally(release));
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof FetchError) throw cause;
    throw new FetchError("bad-encoding", { url, detail: `the ${encoding} body is damaged or truncated`, cause });
  }
}

// Joins several encodings into one name, which no decoder has, because only single encodings are supported.
function readEncoding(contentEncoding: string): string {
  const names = contentEncoding.split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "" && name !== "identity").join(", ");
}

function hasGzipMagic(body: Buffer): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

async function inflate(decoder: Transform, { body, url, maxBytes }: Options & { body: Buffer }): Promise<Buffer> {
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

function createGzipDecoder(): Transform {
  return createGunzip({ chunkSize: CHUNK_BYTES });
}

function createBrotliDecoder(): Transform {
  const params = { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: false };
  return createBrotliDecompress({ chunkSize: CHUNK_BYTES, params });
}

function createZstdDecoder(): Transform {
  const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG };
  return createZstdDecompress({ chunkSize: CHUNK_BYTES, params });
}
