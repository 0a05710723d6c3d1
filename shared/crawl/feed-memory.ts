import { createSemaphore } from "../semaphore.ts";

// Parsing and storing a feed takes up to 25 times its size (measured: 15 MB with 20,000 items took 380 MB), so this
// bounds a process to about 400 MB, whatever feeds it crawls at once. A feed of 16 MiB, the most that is fetched, takes
// it all.
const CAPACITY_BYTES = 16 * 1024 * 1024;

const memory = createSemaphore(CAPACITY_BYTES);

type Params = {
  /** Size of the uncompressed feed. */
  numBytes: number;
  signal?: AbortSignal;
};
/**
 * Runs `work` on a feed once enough of this process's memory budget is free. First come, first served.
 *
 * @throws the reason of `signal` if it is aborted while waiting
 */
export async function withinFeedMemory<T>({ numBytes, signal }: Params, work: () => Promise<T>): Promise<T> {
  const release = await memory.acquire({ weight: numBytes, ...(signal && { signal }) });
  try {
    return await work();
  } finally {
    release();
  }
}
