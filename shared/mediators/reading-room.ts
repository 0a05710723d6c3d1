// Reading and storing a feed takes up to 25 times its bytes (measured: 15 MB, 20 000 items, 380 MB), so that this
// bounds a process to some 400 MB, whatever feeds come together. A feed of 16 MiB, the fetcher's cap, takes all of it.
const CAPACITY_BYTES = 16 * 1024 * 1024;

let usedBytes = 0;
const waiting: { numBytes: number; enter: () => void }[] = [];

/** Runs `work` on a feed of `numBytes`, inflated, when all that is being read in this process, this one included, is small enough. First come, first served. */
export async function whileReading<T>(numBytes: number, work: () => Promise<T>): Promise<T> {
  const share = Math.min(numBytes, CAPACITY_BYTES);
  await new Promise<void>((enter) => {
    waiting.push({ numBytes: share, enter });
    admit();
  });
  try {
    return await work();
  } finally {
    usedBytes -= share;
    admit();
  }
}

function admit(): void {
  for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
    if (usedBytes + next.numBytes > CAPACITY_BYTES) return;
    usedBytes += next.numBytes;
    waiting.shift();
    next.enter();
  }
}
