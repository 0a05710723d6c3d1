const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Returns numbers in [0, 1) that are the same in every run (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Makes up when the episodes of show `seed` come between two instants, in ms: daily at an hour, weekly to the minute, on
 * weekdays within an hour or two, whenever they are done, or not at all since a year before the end.
 */
export function madeUpDates(seed: number, { from, to }: { from: number; to: number }): number[] {
  const random = randomFrom(seed);
  const kind = seed % 5;
  const hourMs = Math.floor(random() * 24) * HOUR_MS;
  const weekday = Math.floor(random() * 7);
  const dates: number[] = [];
  const firstDay = Math.ceil(from / DAY_MS);
  for (let day = firstDay; day * DAY_MS < to; day++) {
    const at = day * DAY_MS + hourMs;
    if (kind === 0) dates.push(at);
    if (kind === 1 && day % 7 === weekday) dates.push(at);
    // 1970-01-01 was a Thursday.
    if (kind === 2 && ((day + 4) % 7) % 6 !== 0) dates.push(at + Math.round((random() + random()) * HOUR_MS));
    if (kind === 3 && random() < 0.2) dates.push(day * DAY_MS + Math.round(random() * DAY_MS));
    if (kind === 4 && day % 7 === weekday && at < to - 365 * DAY_MS) dates.push(at);
  }
  return dates.filter((at) => at < to);
}
