import { createSemaphore } from "../semaphore.ts";

// Reading and storing a feed takes up to 25 times its bytes (measured: 15 MB, 20 000 items, 380 MB), so this bounds a
// process to some 400 MB, whatever feeds come together. A feed of 16 MiB, the fetcher's cap, takes all of it.
const CAPACITY_BYTES = 16 * 1024 * 1024;

const memory = createSemaphore(CAPACITY_BYTES);

type Share = {
  /** Of the feed, inflated. */
  numBytes: number;
  signal?: AbortSignal;
};
/**
 * Runs `work` on a feed once this process has the memory for it. First come, first served.
 *
 * @throws what `signal` was aborted with while waiting
 */
export async function withinFeedMemory<T>({ numBytes, signal }: Share, work: () => Promise<T>): Promise<T> {
  const release = await memory.acquire({ weight: numBytes, ...(signal && { signal }) });
  try {
    return await work();
  } finally {
    release();
  }
}
