import { setImmediate } from "node:timers/promises";

// As long as reading a feed works before it yields (read-feed.ts).
const SLICE_MS = 5;

/** Maps values like `map()`, and yields to the event loop every few milliseconds. */
export async function inSlices<T, R>(values: readonly T[], work: (value: T, index: number) => R): Promise<R[]> {
  const results: R[] = [];
  let startedAt = performance.now();
  for (const [index, value] of values.entries()) {
    if (performance.now() - startedAt > SLICE_MS) {
      await setImmediate();
      startedAt = performance.now();
    }
    results.push(work(value, index));
  }
  return results;
}
