/** Takes up to `size` of the items at random, the same in the same order for the same seed. */
export function takeSample<T>(items: readonly T[], { size, seed }: { size: number; seed: number }): T[] {
  const random = createRandom(seed);
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, size)
    .map(({ item }) => item);
}

/** Makes numbers from 0 to 1 by mulberry32, which is short and good enough for a sample. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let hash = Math.imul(state ^ (state >>> 15), 1 | state);
    hash = (hash + Math.imul(hash ^ (hash >>> 7), 61 | hash)) ^ hash;
    return ((hash ^ (hash >>> 14)) >>> 0) / 2 ** 32;
  };
}
