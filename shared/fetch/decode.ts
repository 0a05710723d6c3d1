import { promisify } from "node:util";
import { brotliDecompress, constants, gunzip, zstdDecompress } from "node:zlib";
import { untilAborted } from "./deadline.ts";
import { FetchError } from "./errors.ts";

/** What `decodeBody` can undo. */
export const ACCEPT_ENCODING = "gzip, br, zstd";

type Options = { url: string; encoding?: string; maxBytes: number; signal: AbortSignal };
type Decode = (body: Buffer, maxBytes: number) => Promise<Buffer>;

// Pieces this large are mapped and given back at once; node's 16 KiB ones stay with the allocator.
const CHUNK_BYTES = 256 * 1024;
// 8 MiB, the most that RFC 9659 lets a sender of zstd content use.
const ZSTD_WINDOW_LOG = 23;

// Bodies are decoded one at a time: a brotli or zstd bomb takes up to 16 MiB of window whatever is read of it, so that
// twenty at once would take a third of a gigabyte. One takes some 40 ms at most.
let queue: Promise<unknown> = Promise.resolve();

/** Undoes Content-Encoding. Throws FetchError for an unknown one, a damaged body, and one that decodes to too much. */
export async function decodeBody(body: Buffer, { url, encoding = "", maxBytes, signal }: Options): Promise<Buffer> {
  if (body.length === 0) return body;
  const name = readEncoding(encoding);
  const decode = DECODERS.get(name);
  if (name !== "" && decode === undefined) {
    throw new FetchError("bad-encoding", { url, detail: `"${name.slice(0, 40)}" is no encoding that was asked for` });
  }
  // Some servers claim gzip for a body they send as it is.
  if (decode === undefined || (decode === decodeGzip && !hasGzipMagic(body))) return body;

  const turn = queue.then(() => {
    signal.throwIfAborted();
    return decode(body, maxBytes);
  });
  queue = turn.catch(() => {});
  try {
    return await untilAborted(signal, turn);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE") {
      throw new FetchError("too-large", { url, detail: `the body decodes to over ${maxBytes} bytes` });
    }
    throw new FetchError("bad-encoding", { url, detail: `the ${name} body is damaged or cut short`, cause });
  }
}

// A list of several is not unwrapped: it comes out as a name that no decoder has.
function readEncoding(contentEncoding: string): string {
  const names = contentEncoding.toLowerCase().split(",");
  return names
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity")
    .join(", ");
}

const DECODERS = new Map<string, Decode>([
  ["gzip", decodeGzip],
  ["x-gzip", decodeGzip],
  ["br", decodeBrotli],
  ["zstd", decodeZstd],
]);

function hasGzipMagic(body: Buffer): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

function decodeGzip(body: Buffer, maxBytes: number): Promise<Buffer> {
  return promisify(gunzip)(body, { chunkSize: CHUNK_BYTES, maxOutputLength: maxBytes });
}

function decodeBrotli(body: Buffer, maxBytes: number): Promise<Buffer> {
  const params = { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: false };
  return promisify(brotliDecompress)(body, { chunkSize: CHUNK_BYTES, maxOutputLength: maxBytes, params });
}

function decodeZstd(body: Buffer, maxBytes: number): Promise<Buffer> {
  const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG };
  return promisify(zstdDecompress)(body, { chunkSize: CHUNK_BYTES, maxOutputLength: maxBytes, params });
}
