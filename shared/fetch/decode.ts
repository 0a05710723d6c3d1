import type { Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from "node:zlib";
import { untilAborted } from "../deadline.ts";
import { createSemaphore } from "../semaphore.ts";
import { FetchError } from "./errors.ts";

/** What `decodeBody` can undo. */
export const ACCEPT_ENCODING = "gzip, br, zstd";

type Options = { url: string; encoding: string | undefined; maxBytes: number; signal: AbortSignal };

// Node's 16 KiB pieces take four times as long, and larger ones than these more memory.
const CHUNK_BYTES = 256 * 1024;
// 8 MiB, the most that RFC 9659 lets a sender of zstd content use.
const ZSTD_WINDOW_LOG = 23;
// A step of a decoder that is given up still runs on its thread, and its window is freed only after that: some 1 ms, more under load.
const SETTLE_MS = 20;

const DECODERS = new Map<string, () => Transform>([
  ["gzip", createGzipDecoder],
  ["x-gzip", createGzipDecoder],
  ["br", createBrotliDecoder],
  ["zstd", createZstdDecoder],
]);

// Bodies are decoded one at a time: a bomb takes a brotli window of 16 MiB and as much of output before its cap ends it,
// which is too much twenty times over. One takes some 40 ms.
const decoding = createSemaphore(1);

/** Undoes Content-Encoding. Throws FetchError for an unknown one, a damaged body, and one that decodes to too much. */
export async function decodeBody(body: Buffer, options: Options): Promise<Buffer> {
  const { url, signal } = options;
  const encoding = readEncoding(options.encoding ?? "");
  // Some servers claim gzip for a body they send as it is.
  if (body.length === 0 || encoding === "" || (encoding.endsWith("gzip") && !hasGzipMagic(body))) return body;
  const createDecoder = DECODERS.get(encoding);
  if (createDecoder === undefined) {
    throw new FetchError("bad-encoding", {
      url,
      detail: `"${encoding.slice(0, 40)}" is no encoding that was asked for`,
    });
  }

  try {
    const release = await decoding.acquire({ signal });
    // Released when the decoder has ended, which may be later than the call is given up.
    return await untilAborted(signal, inflate(createDecoder(), { ...options, body }).finally(release));
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof FetchError) throw cause;
    throw new FetchError("bad-encoding", { url, detail: `the ${encoding} body is damaged or cut short`, cause });
  }
}

// Several encodings are not undone: their list comes out as a name that no decoder has.
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

// Gives memory back now: the collector would let some 60 MB of chunks pile up first. Only of a chunk that is all of its
// buffer, so that nobody else can still be writing to that.
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
