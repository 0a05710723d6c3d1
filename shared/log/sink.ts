import { writeSync } from "node:fs";

export type Sink = {
  write(text: string): void;
  /** Writes buffered text before it returns. */
  flush(): void;
};

// Most turns of the event loop log a few lines. A burst is written before the turn ends, to bound memory.
const BUFFER_CHARS = 16 * 1024;
// Kept in memory for a reader that has stopped reading. Beyond that, the process waits for the reader.
const MAX_UNSENT_BYTES = 1024 * 1024;
// How long to wait for a reader that reads nothing: a stuck reader must not block the exit.
const STUCK_MS = 1_000;
const RETRY_MS = 10;

const sinks = new Map<number, Sink>();

/**
 * Opens the process's only writer to a file descriptor. It writes lines together at the end of the event loop's turn,
 * when they exceed 16 Ki characters, and when the process exits. A failed write, such as to a closed pipe (EPIPE), loses
 * its lines and does not throw: the process goes on without a log.
 */
export function openSink(fd: number): Sink {
  const opened = sinks.get(fd);
  if (opened !== undefined) return opened;
  const sink = createSink(fd);
  sinks.set(fd, sink);
  process.on("exit", sink.flush);
  return sink;
}

function createSink(fd: number): Sink {
  let text = "";
  let unsent: Buffer = Buffer.alloc(0);
  let isScheduled = false;

  function write(line: string): void {
    text += line;
    if (text.length >= BUFFER_CHARS) drain(0);
    else if (!isScheduled) {
      isScheduled = true;
      setImmediate(endTurn);
    }
  }

  function endTurn(): void {
    isScheduled = false;
    drain(0);
  }

  function drain(waitMs: number): void {
    const bytes = unsent.length === 0 ? Buffer.from(text) : Buffer.concat([unsent, Buffer.from(text)]);
    text = "";
    unsent = writeAll(fd, bytes, waitMs);
    if (unsent.length > MAX_UNSENT_BYTES) unsent = writeAll(fd, unsent, STUCK_MS);
    if (unsent.length > MAX_UNSENT_BYTES) unsent = Buffer.alloc(0);
    if (unsent.length === 0 || isScheduled) return;
    isScheduled = true;
    setTimeout(endTurn, RETRY_MS);
  }

  return { write, flush: () => drain(STUCK_MS) };
}

/** Writes until `waitMs` pass without progress. @returns the bytes that are left */
function writeAll(fd: number, bytes: Buffer, waitMs: number): Buffer {
  let sentBytes = 0;
  let waitedMs = 0;
  while (sentBytes < bytes.length) {
    try {
      sentBytes += writeSync(fd, bytes, sentBytes);
      waitedMs = 0;
    } catch (error) {
      // Accessing process.stdout makes a pipe non-blocking. It then fails with EAGAIN when it is full.
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return Buffer.alloc(0);
      if (waitedMs >= waitMs) return bytes.subarray(sentBytes);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      waitedMs += 1;
    }
  }
  return Buffer.alloc(0);
}
