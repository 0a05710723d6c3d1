import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { UserError } from "../errors.ts";
import { elapsed, type Log } from "../log/log.ts";

/** A body that is generated while it is sent, in chunks of tens of kilobytes. */
export type Chunks = AsyncIterable<string | Buffer>;
export type Body = string | Buffer | Chunks;
type StreamCall = {
  /** Aborts the call that makes the chunks. */
  abort(reason: Error): void;
  log: Log;
};

/**
 * Timeout of a stream: enough for the largest measured export, 68 MB, at 2.5 Mbit/s. Less than `timeoutSeconds` of the
 * Services that stream, because queue-proxy would end the reply then as if it were complete.
 */
export const STREAM_TIMEOUT_MS = 240_000;
// A client that drains no data from the socket's buffer in this time has stopped reading or vanished.
const STALL_TIMEOUT_MS = 30_000;

export function isStream(body: Body): body is Chunks {
  return typeof body === "object" && Symbol.asyncIterator in body;
}

/**
 * Generates a stream's first chunk, so that a failure until then can still be answered with an error. The rest is generated
 * as it is read, within `STREAM_TIMEOUT_MS`. Its end is logged in the caller's log context.
 */
export async function startStream(chunks: Chunks, call: StreamCall): Promise<Chunks> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  return goOn({ iterator, first, call, inContext: AsyncLocalStorage.snapshot() });
}

type Started = {
  iterator: AsyncIterator<string | Buffer>;
  first: IteratorResult<string | Buffer>;
  call: StreamCall;
  inContext: ReturnType<typeof AsyncLocalStorage.snapshot>;
};
async function* goOn({ iterator, first, call, inContext }: Started): AsyncGenerator<string | Buffer> {
  const { abort, log } = call;
  const startedAt = performance.now();
  const late = new UserError(408, `Request timeout: the reply was not received within ${STREAM_TIMEOUT_MS} ms`);
  const timer = setTimeout(() => abort(late), STREAM_TIMEOUT_MS);
  let numBytes = 0;
  let outcome = "Reply abandoned";
  try {
    for (let next = first; !next.done; next = await inContext(() => iterator.next())) {
      yield next.value;
      numBytes += Buffer.byteLength(next.value);
    }
    outcome = "Reply streamed";
  } catch (cause) {
    // A UserError means that the client disconnected or was too slow.
    if (!(cause instanceof UserError)) inContext(() => log.error("Cannot finish a reply", { cause }));
    throw cause;
  } finally {
    clearTimeout(timer);
    await iterator.return?.();
    inContext(() => log.info(outcome, { num_bytes: numBytes, elapsed: elapsed(performance.now() - startedAt) }));
  }
}

/**
 * Writes chunks as fast as `target` accepts them. Does not end `target`.
 *
 * @throws Error if `target` accepts nothing for `stallMs` or closes, or the error of the chunks
 */
export async function writeChunks(
  chunks: Chunks,
  { target, stallMs = STALL_TIMEOUT_MS }: { target: Writable; stallMs?: number },
): Promise<void> {
  for await (const chunk of chunks) {
    if (target.destroyed) throw new Error("Cannot write: the reader is gone");
    if (!target.write(chunk)) await untilDrained(target, AbortSignal.timeout(stallMs));
  }
}

async function untilDrained(target: Writable, stalled: AbortSignal): Promise<void> {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, stalled]);
  try {
    await Promise.race([
      once(target, "drain", { signal }),
      once(target, "close", { signal }).then(() => Promise.reject(new Error("Cannot write: the reader is gone"))),
    ]);
  } finally {
    done.abort();
  }
}
