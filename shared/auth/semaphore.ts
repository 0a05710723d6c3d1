/**
 * Makes a gate that lets `numAtOnce` pieces of work through at a time, first come, first served. Beyond `numWaiting`
 * that wait, `refuse` is called instead, which throws.
 */
export function createSemaphore({ numAtOnce, numWaiting }: { numAtOnce: number; numWaiting: number }) {
  const waiting: (() => void)[] = [];
  let numRunning = 0;

  return async function pass<T>(work: () => Promise<T>, refuse: () => never): Promise<T> {
    if (numRunning >= numAtOnce) {
      if (waiting.length >= numWaiting) refuse();
      // Whoever ends hands its place over, so that nobody new slips in between.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else numRunning += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) numRunning -= 1;
      else next();
    }
  };
}
