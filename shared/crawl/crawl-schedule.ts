import type { UpdateHints } from "../feed/model.ts";
import {
  expectEpisodes,
  learnRhythm,
  type Rhythm,
  STEP_MS,
  STEPS_PER_WEEK,
  stepOfWeek,
  toPublications,
} from "./schedule/rhythm.ts";
import { planVisit } from "./schedule/visit-plan.ts";
import { isSkipped, leastWait, MAX_DELAY_MS, type WaitReason } from "./schedule/wishes.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

// What a request costs, in hours that a new episode waits to be found: a minute. That is some 3 requests a day over all
// active feeds; docs/crawling.md has the figures.
const REQUEST_HOURS = 1 / 60;
// Spreads out feeds that are due together. Always later, so that no feed is asked sooner than it allows.
const JITTER_SHARE = 0.05;
const MAX_JITTER_MS = STEP_MS;
const FIRST_BACKOFF_MS = 30 * MINUTE_MS;
const MIN_BACKOFF_MS = 10 * MINUTE_MS;
const MAX_BACKOFF_MS = DAY_MS;
// A feed that is gone (410) is still fetched now and then: some come back.
const GONE_DELAY_MS = 30 * DAY_MS;

/** Why a podcast is next crawled when it is. Stored as podcast_crawl.due_reason; docs/crawling.md explains each. */
export type DueReason =
  | WaitReason
  | "usual-time"
  | "spread"
  | "quiet"
  | "complete"
  | "skipped-hours"
  | "push"
  | "retry"
  | "refused"
  | "rate-limited"
  | "retry-after"
  | "gone";

/** The next visit: how long to wait for it, and why. */
export type Visit = { delayMs: number; reason: DueReason };

type Success = {
  /** When its last episodes came. */
  arrivals: readonly Date[];
  hints: UpdateHints;
  /** How long the reply is fresh, if its host says so. */
  maxAgeMs: number | undefined;
  now: Date;
  /** In [0, 1). */
  random: number;
};

/**
 * Returns the next visit after a successful crawl. It is the first of those visits of the coming week that cost least: an
 * episode costs an hour for each hour that it waits, and a request a minute (`planVisit()`). When episodes are expected is
 * learned from the last 50 (`learnRhythm()`). Up to a twentieth of the delay, at most five minutes, is added at random.
 *
 * The visits are at least an hour apart; five minutes if the host says that its reply is fresh for less, and the feed has no
 * ttl. max-age, Expires, ttl and sy:updatePeriod make them as rare as they ask, up to 7 days. skipHours and skipDays are
 * kept free, except from the visit after 7 days. A complete show is asked once in 7 days.
 *
 * A show that comes on Tuesdays at 06:00 is visited on Wednesday at 19:10 and Friday at 18:20, on Monday at 08:05, 14:30,
 * 19:20 and 23:40, and on Tuesday at 03:05 and 06:10: 1.3 times a day. One that comes daily at 06:00 is visited at 07:10,
 * 04:35 and 06:10, one that comes every 7 days more or less every two hours. If the weekly show stops, the visits of four
 * weeks are 23, a month later 10, and after three months one a week at its hour.
 */
export function visitAfterSuccess({ arrivals, hints, ...options }: Success): Visit {
  const instants = arrivals.map((arrival) => arrival.getTime()).filter((at) => at <= options.now.getTime());
  return visitByRhythm(learnRhythm(instants, hints.announced), { hints, ...options });
}

type ByRhythm = Omit<Success, "arrivals"> & { requestHours?: number };
/** Returns the next visit to a feed whose rhythm is known already. `requestHours` is what a request costs. */
export function visitByRhythm(rhythm: Rhythm, { requestHours = REQUEST_HOURS, ...options }: ByRhythm): Visit {
  const { hints, maxAgeMs, now, random } = options;
  const at = now.getTime();
  const wait = leastWait(hints, maxAgeMs);
  const minSteps = Math.ceil(wait.ms / STEP_MS);
  // The jitter must not end in a skipped hour either, nor must a tick that is late by less than five minutes.
  const isAllowed = (step: number) => [step, step + 2].every((end) => !isSkipped(hints, at + end * STEP_MS));
  const maxSteps = lastAllowed(isAllowed, { minSteps });
  const steps = hints.isComplete
    ? maxSteps
    : planVisit({
        expected: expectEpisodes(rhythm, { now: at, numSteps: maxSteps }),
        requestHours,
        minSteps,
        isAllowed,
      });
  const delayMs = Math.max(steps * STEP_MS, wait.ms);
  return { delayMs: withJitter(delayMs, random), reason: reasonOf() };

  function reasonOf(): DueReason {
    if (hints.isComplete) return "complete";
    if (steps <= minSteps && wait.reason !== undefined) return wait.reason;
    if (steps > 1 && !isAllowed(steps - 1)) return "skipped-hours";
    if (steps === maxSteps) return "quiet";
    // Twice the average: an hour at which more episodes come than at others.
    return (rhythm.shape[stepOfWeek(at + (steps - 1) * STEP_MS)] ?? 0) >= 2 ? "usual-time" : "spread";
  }
}

/** Returns the last allowed step within a week. The week's end if there is none, even if it is skipped. */
function lastAllowed(isAllowed: (step: number) => boolean, { minSteps }: { minSteps: number }): number {
  for (let step = STEPS_PER_WEEK; step >= minSteps; step--) if (isAllowed(step)) return step;
  return STEPS_PER_WEEK;
}

function withJitter(delayMs: number, random: number): number {
  return Math.round(delayMs + random * Math.min(delayMs * JITTER_SHARE, MAX_JITTER_MS));
}

export type Failure = {
  /** Status of the reply, if there was one. */
  status: number | undefined;
  retryAfterMs: number | undefined;
  /** Number of failed crawls in a row, including this one. */
  numFailures: number;
  hints: UpdateHints;
  now: Date;
  /** In [0, 1). */
  random: number;
};

/**
 * Returns the next visit after a failed crawl. The delay is random between ten minutes and a bound that doubles with each
 * failure: half an hour, an hour, two, ..., a day after the seventh and from then on. It is at least an hour and bounded
 * by twice that after 429, at least a day after 401, 403 and 404, and 30 days after 410. Retry-After is honoured, up to
 * seven days, and so are skipHours and skipDays until then.
 */
export function visitAfterFailure({ hints, now, random, ...failure }: Failure): Visit {
  const { delayMs, reason } = delayOf(failure, random);
  const until = now.getTime() + delayMs;
  // A feed that is gone is visited after the seven days anyway.
  const maxLater = delayMs > MAX_DELAY_MS ? MAX_DELAY_MS : MAX_DELAY_MS - delayMs;
  let later = 0;
  while (later < maxLater && isSkipped(hints, until + later)) later += STEP_MS;
  return { delayMs: delayMs + Math.min(later, maxLater), reason: later > 0 ? "skipped-hours" : reason };
}

function delayOf(
  { status, retryAfterMs = 0, numFailures }: Pick<Failure, "status" | "retryAfterMs" | "numFailures">,
  random: number,
): Visit {
  const [least, reason] = leastAfter(status);
  const bound = Math.min(Math.max(FIRST_BACKOFF_MS, least) * 2 ** Math.min(numFailures - 1, 20), MAX_BACKOFF_MS);
  const backoff = Math.max(least, MIN_BACKOFF_MS);
  const delayMs = Math.round(backoff + random * Math.max(bound - backoff, backoff * JITTER_SHARE));
  const asked = Math.min(retryAfterMs, MAX_DELAY_MS);
  return asked > delayMs
    ? { delayMs: Math.min(withJitter(asked, random), MAX_DELAY_MS), reason: "retry-after" }
    : { delayMs, reason };
}

function leastAfter(status: number | undefined): [leastMs: number, reason: DueReason] {
  if (status === 410) return [GONE_DELAY_MS, "gone"];
  if (status === 401 || status === 403 || status === 404) return [DAY_MS, "refused"];
  if (status === 429) return [HOUR_MS, "rate-limited"];
  return [0, "retry"];
}

type News = {
  /** The dates of the episodes that the crawl inserted. */
  insertedDates: readonly (Date | undefined)[];
  previousVisitAt: Date | undefined;
  now: Date;
};

/**
 * Adds the episodes that a crawl inserted to the instants at which earlier ones came, and returns the newest 50
 * publications. An episode came when it was published. If it is dated before a visit that did not find it, or not at all,
 * it came halfway between that visit and now; if it is dated later than now, it came now. Of the first visit's episodes
 * only those count whose dates have come: nothing tells when the others came.
 *
 * Dates alone do not make an episode new: some feeds date an item ahead for ever, others date all items anew each day.
 */
export function addArrivals(known: readonly Date[], { insertedDates, previousVisitAt, now }: News): Date[] {
  const to = now.getTime();
  const from = previousVisitAt?.getTime();
  const instants = insertedDates.flatMap((date) => {
    const at = date?.getTime();
    if (from === undefined) return at === undefined || at > to ? [] : [at];
    return at === undefined || at <= from ? [(from + to) / 2] : [Math.min(at, to)];
  });
  return toPublications([...known.map(Number), ...instants]).map((at) => new Date(at));
}
