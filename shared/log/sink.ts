import { writeSync } from "node:fs";

export type Sink = {
  write(text: string): void;
  /** Writes what is buffered before it returns. */
  flush(): void;
};

// Lines are few per turn; a burst should not wait for the turn's end in memory.
const BUFFER_CHARS = 16 * 1024;
// What may wait for a reader that has stopped reading, before the process waits for the reader.
const MAX_UNSENT_BYTES = 1024 * 1024;
// How long a flush waits for a reader that takes nothing: a stuck one must not hold up the exit for ever.
const STUCK_MS = 1_000;
const RETRY_MS = 10;

const sinks = new Map<number, Sink>();

/**
 * Opens the process's only writer to a file descriptor: lines are written together at the end of the turn, or when
 * they pass 16 KiB, or as the process exits. A failed write loses its lines and nothing else: a log that cannot be
 * written is no reason to stop, and a closed pipe (EPIPE) has nobody to tell.
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

/** @returns what the descriptor did not take within `waitMs` of the last byte that it took */
function writeAll(fd: number, bytes: Buffer, waitMs: number): Buffer {
  let sentBytes = 0;
  let waitedMs = 0;
  while (sentBytes < bytes.length) {
    try {
      sentBytes += writeSync(fd, bytes, sentBytes);
      waitedMs = 0;
    } catch (error) {
      // A pipe is non-blocking once anything has touched process.stdout, and says EAGAIN when it is full.
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return Buffer.alloc(0);
      if (waitedMs >= waitMs) return bytes.subarray(sentBytes);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      waitedMs += 1;
    }
  }
  return Buffer.alloc(0);
}
