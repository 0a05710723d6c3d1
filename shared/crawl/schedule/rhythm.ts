const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The resolution of everything here: episodes are expected, and visits placed, in steps of five minutes. */
export const STEP_MS = 5 * MINUTE_MS;
export const STEPS_PER_HOUR = HOUR_MS / STEP_MS;
const STEPS_PER_DAY = 24 * STEPS_PER_HOUR;
export const STEPS_PER_WEEK = 7 * STEPS_PER_DAY;

/** How many instants of a podcast are kept and learned from: a year of a weekly show, two months of a daily one. */
export const NUM_ARRIVALS = 50;
// Episodes that come together, such as a season uploaded at once, are one publication.
const TOGETHER_MS = 30 * MINUTE_MS;
// The newest publication counts twice as much as the one this many before, so that a new habit wins within weeks.
const HALF_LIFE = 12;
// Half widths of the bumps around earlier publications: a scheduled one is exact, people keep an hour or half a day.
const HALF_WIDTHS = [2, 12, 48];
// Enough for weights of seven parts to settle.
const NUM_ROUNDS = 10;
// A gap like an earlier one is one that differs by less than a fifth, or two hours.
const GAP_TOLERANCE = 0.2;
const MIN_GAP_TOLERANCE_MS = 2 * HOUR_MS;
// Nothing is known of a show with one episode: most are weekly.
const UNKNOWN_GAP_MS = 7 * DAY_MS;

/** What a feed announces of its rhythm: a period, and UTC weekdays (0 is Sunday). */
type Announced = { periodMs?: number | undefined; days?: readonly number[] | undefined };

/** When a podcast publishes, as far as its last publications tell. */
export type Rhythm = {
  lastAt: number | undefined;
  /** For each step of a UTC week, how many times more likely a publication is than on average. */
  shape: Float64Array;
  gaps: { ms: number; weight: number }[];
  /** The gap to be expected of a show of which nothing else is known. */
  typicalGapMs: number;
  /** What `endRate()` has worked out so far, by the hours since the last publication. */
  endRates: Map<number, number>;
};

/**
 * Learns a rhythm from the instants at which episodes came, in ms and in any order. The time of the week is a mixture: of
 * bumps at the times of the week and of the day of earlier publications, each 25 minutes, 2 hours or 8 hours wide, of the
 * announced weekdays, and of no preference at all. Each part weighs as much as it would have foretold each publication
 * from all others, so that an exact show gets sharp hours, and an irregular one none.
 */
export function learnRhythm(arrivals: readonly number[], { periodMs, days }: Announced = {}): Rhythm {
  const events = toPublications(arrivals);
  const weights = events.map((_, i) => 0.5 ** ((events.length - 1 - i) / HALF_LIFE));
  const gaps = events.slice(1).map((at, i) => ({ ms: at - (events[i] ?? at), weight: weights[i + 1] ?? 0 }));
  const total = sum(gaps.map(({ weight }) => weight));
  const meanGapMs = total === 0 ? UNKNOWN_GAP_MS : sum(gaps.map(({ ms, weight }) => ms * weight)) / total;
  return {
    lastAt: events.at(-1),
    shape: shapeOf({ events, weights, days }),
    gaps,
    typicalGapMs: total === 0 && periodMs !== undefined ? periodMs : meanGapMs,
    endRates: new Map(),
  };
}

/** Returns the newest 50 publications, in order: of episodes that came together only the first. */
export function toPublications(arrivals: readonly number[]): number[] {
  const publications: number[] = [];
  for (const at of arrivals.toSorted((a, b) => a - b)) {
    if (at - (publications.at(-1) ?? Number.NEGATIVE_INFINITY) >= TOGETHER_MS) publications.push(at);
  }
  return publications.slice(-NUM_ARRIVALS);
}

type Part = { values: Float64Array; period: number; own: number };
type Shaped = { events: readonly number[]; weights: readonly number[]; days: readonly number[] | undefined };

function shapeOf({ events, weights, days }: Shaped): Float64Array {
  const steps = events.map(stepOfWeek);
  const total = sum(weights);
  const bumpy = [STEPS_PER_WEEK, STEPS_PER_DAY].flatMap((period) =>
    HALF_WIDTHS.map((halfWidth) => bumps({ steps, weights, period, halfWidth })),
  );
  const numParts = bumpy.length + (days === undefined ? 1 : 2);
  // How likely each part, made of the other publications, finds each publication. The last part has no preference.
  const likelihoods = steps.map((step, i) => {
    const weight = weights[i] ?? 0;
    const likelihood = new Float64Array(numParts).fill(1);
    bumpy.forEach(({ values, period, own }, k) => {
      const others = Math.max(0, (values[step % period] ?? 0) - weight * own);
      likelihood[k] = total > weight ? (others * period) / (total - weight) : 0;
    });
    if (days !== undefined) likelihood[bumpy.length] = onDays(step, days);
    return likelihood;
  });
  const shares = mixtureOf(likelihoods, { weights, numParts });

  const shape = new Float64Array(STEPS_PER_WEEK).fill(shares.at(-1) ?? 1);
  bumpy.forEach(({ values, period }, k) => {
    const factor = total > 0 ? ((shares[k] ?? 0) * period) / total : 0;
    if (factor < 1e-6) return;
    for (let step = 0; step < STEPS_PER_WEEK; step++)
      shape[step] = (shape[step] ?? 0) + factor * (values[step % period] ?? 0);
  });
  if (days === undefined) return shape;
  return shape.map((value, step) => value + (shares[bumpy.length] ?? 0) * onDays(step, days));
}

/** Triangles of area `weight` around the publications' places in a period. `own` is the top of one of weight 1. */
function bumps(options: { steps: number[]; weights: readonly number[]; period: number; halfWidth: number }): Part {
  const { steps, weights, period, halfWidth } = options;
  const values = new Float64Array(period);
  const area = (halfWidth + 1) ** 2;
  steps.forEach((step, i) => {
    for (let d = -halfWidth; d <= halfWidth; d++) {
      const place = (step + d + period) % period;
      values[place] = (values[place] ?? 0) + ((weights[i] ?? 0) * (halfWidth + 1 - Math.abs(d))) / area;
    }
  });
  return { values, period, own: 1 / (halfWidth + 1) };
}

type Mixture = { weights: readonly number[]; numParts: number };

/** Finds how much each part of a mixture explains, by expectation maximization. The last part begins with one vote. */
function mixtureOf(likelihoods: readonly Float64Array[], { weights, numParts }: Mixture): Float64Array {
  let shares = new Float64Array(numParts).fill(1 / numParts);
  for (let round = 0; round < NUM_ROUNDS; round++) {
    const votes = new Float64Array(numParts);
    votes[numParts - 1] = 1;
    likelihoods.forEach((likelihood, i) => {
      let all = 0;
      for (let k = 0; k < numParts; k++) all += (likelihood[k] ?? 0) * (shares[k] ?? 0);
      const vote = (weights[i] ?? 0) / all;
      for (let k = 0; k < numParts; k++) votes[k] = (votes[k] ?? 0) + vote * (likelihood[k] ?? 0) * (shares[k] ?? 0);
    });
    const numVotes = sum(votes);
    shares = votes.map((vote) => vote / numVotes);
  }
  return shares;
}

/**
 * Returns how many publications to expect in each of the next `numSteps` steps, if none has come by `now` since the last
 * one. The next one comes at the rate at which earlier gaps ended at that length; then others follow at the mean rate.
 */
export function expectEpisodes(rhythm: Rhythm, { now, numSteps }: { now: number; numSteps: number }): Float64Array {
  const { shape, lastAt = now } = rhythm;
  const expected = new Float64Array(numSteps);
  const meanRate = STEP_MS / rhythm.typicalGapMs;
  const firstStep = stepOfWeek(now);
  // How much of each step from now on lies in the next step of the week.
  const part = (now % STEP_MS) / STEP_MS;
  let noneYet = 1;
  let rate = 0;
  for (let i = 0; i < numSteps; i++) {
    if (i % STEPS_PER_HOUR === 0) rate = STEP_MS * endRate(rhythm, Math.floor((now - lastAt + i * STEP_MS) / HOUR_MS));
    const step = (firstStep + i) % STEPS_PER_WEEK;
    const preference = (1 - part) * (shape[step] ?? 1) + part * (shape[(step + 1) % STEPS_PER_WEEK] ?? 1);
    const first = noneYet * (1 - Math.exp(-rate * preference));
    expected[i] = first + (1 - noneYet) * meanRate * preference;
    noneYet -= first;
  }
  return expected;
}

/**
 * The rate per ms at which a gap ends in the hour after it has lasted `hours`: of the earlier gaps that lasted as long, the share that ended
 * about there. One imagined gap is added, as shows end: the rate at which it ends falls with the square of the silence, so
 * that 37 % of such gaps never end.
 */
function endRate({ gaps, typicalGapMs, endRates }: Rhythm, hours: number): number {
  const known = endRates.get(hours);
  if (known !== undefined) return known;
  const ms = (hours + 0.5) * HOUR_MS;
  let lasting = Math.exp(-ms / (typicalGapMs + ms));
  let ending = (lasting * typicalGapMs) / (typicalGapMs + ms) ** 2;
  for (const gap of gaps) {
    const width = Math.max(MIN_GAP_TOLERANCE_MS, GAP_TOLERANCE * gap.ms);
    const distance = (ms - gap.ms) / width;
    if (distance >= 1) continue;
    if (distance <= -1) {
      lasting += gap.weight;
      continue;
    }
    ending += (gap.weight * (1 - Math.abs(distance))) / width;
    lasting += gap.weight * (distance < 0 ? 1 - (1 + distance) ** 2 / 2 : (1 - distance) ** 2 / 2);
  }
  endRates.set(hours, ending / lasting);
  return ending / lasting;
}

/** Monday 00:00 UTC is step 4 days, as 1970-01-01 was a Thursday. */
export function stepOfWeek(at: number): number {
  const step = Math.floor(at / STEP_MS) % STEPS_PER_WEEK;
  // Negative before 1970.
  return step < 0 ? step + STEPS_PER_WEEK : step;
}

function onDays(step: number, days: readonly number[]): number {
  const day = (Math.floor(step / STEPS_PER_DAY) + 4) % 7;
  return days.includes(day) ? 7 / days.length : 0;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
