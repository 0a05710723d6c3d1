import { STEPS_PER_HOUR } from "./rhythm.ts";

export type Plan = {
  /** Publications expected in each step from now on; its length is the longest that a visit can wait. */
  expected: Float64Array;
  /** What a request costs, as hours that an episode waits to be found. */
  requestHours: number;
  /** The fewest steps from now to the next visit, and from one to another. */
  minSteps: number;
  /** Whether a visit may be made that many steps from now. The last is always allowed. */
  isAllowed(step: number): boolean;
};

// Where visits are considered: each step of the next 6 hours, each half hour until 2 days, then each hour.
const FINE_UNTIL = 6 * STEPS_PER_HOUR;
const MIDDLE_UNTIL = 48 * STEPS_PER_HOUR;
const STRIDES = { fine: 1, middle: STEPS_PER_HOUR / 2, coarse: STEPS_PER_HOUR };

/**
 * Returns how many steps to wait for the next visit: the first of those visits that cost least in all. An episode costs 1
 * for each hour between its publication and the next visit, and each visit costs `requestHours`. At an even rate of one
 * episode a week and half an hour a request, that is a visit every 13 h (the square root of 2 x 0.5 x 168), and with a
 * minute a request, every 2.4 h. Where an episode is expected, visits are dense.
 */
export function planVisit(plan: Plan): number {
  const { expected, minSteps, isAllowed } = plan;
  const sums = sumsOf(expected);
  const places = placesOf(expected.length).filter((place) => place === 0 || isAllowed(place));
  places.push(expected.length);
  const [first, second] = cheapestVisits(plan, { places, sums });
  if (first === expected.length) return first;

  // Between two visits as placed, the first may be better an hour off.
  let best = first;
  let least = waiting(sums, 0, first) + waiting(sums, first, second);
  const until = Math.min(first + STEPS_PER_HOUR, second - minSteps);
  for (let step = Math.max(first - STEPS_PER_HOUR, minSteps, 1); step <= until; step++) {
    const cost = waiting(sums, 0, step) + waiting(sums, step, second);
    if (cost >= least || !isAllowed(step)) continue;
    least = cost;
    best = step;
  }
  return best;
}

type Sums = { counts: Float64Array; moments: Float64Array };

/** Returns the first two of the cheapest visits at `places`, found backwards from the last, where there is one anyway. */
function cheapestVisits(plan: Plan, { places, sums }: { places: readonly number[]; sums: Sums }): [number, number] {
  const price = plan.requestHours * STEPS_PER_HOUR;
  const last = places.length - 1;
  const counts = Float64Array.from(places, (place) => sums.counts[place] ?? 0);
  const moments = Float64Array.from(places, (place) => sums.moments[place] ?? 0);
  const ends = Float64Array.from(places);
  // The least cost of what follows a visit at each place, and the visit that follows it.
  const least = new Float64Array(places.length);
  const following = new Int32Array(places.length).fill(last);
  for (let from = last - 1; from >= 0; from--) {
    const earliest = (ends[from] as number) + plan.minSteps;
    const count = counts[from] as number;
    const moment = moments[from] as number;
    let best = Number.POSITIVE_INFINITY;
    for (let to = from + 1; to <= last; to++) {
      const end = ends[to] as number;
      if (end < earliest && to !== last) continue;
      const cost = end * ((counts[to] as number) - count) - ((moments[to] as number) - moment) + price;
      // Waiting longer costs only more.
      if (cost >= best) break;
      const all = cost + (least[to] as number);
      if (all >= best) continue;
      best = all;
      following[from] = to;
    }
    least[from] = best;
  }
  const first = following[0] ?? last;
  return [places[first] ?? 0, places[following[first] ?? last] ?? 0];
}

/** Sums of the expected publications before each step, and of the steps at which they come. */
function sumsOf(expected: Float64Array): Sums {
  const counts = new Float64Array(expected.length + 1);
  const moments = new Float64Array(expected.length + 1);
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? 0;
    counts[i + 1] = (counts[i] ?? 0) + value;
    moments[i + 1] = (moments[i] ?? 0) + value * (i + 0.5);
  }
  return { counts, moments };
}

/** Returns the steps that what is published between two visits waits for the second, in all. */
function waiting({ counts, moments }: Sums, from: number, to: number): number {
  return to * ((counts[to] ?? 0) - (counts[from] ?? 0)) - ((moments[to] ?? 0) - (moments[from] ?? 0));
}

function placesOf(numSteps: number): number[] {
  const places: number[] = [];
  for (let step = 0; step < numSteps; ) {
    places.push(step);
    step += step < FINE_UNTIL ? STRIDES.fine : step < MIDDLE_UNTIL ? STRIDES.middle : STRIDES.coarse;
  }
  return places;
}
