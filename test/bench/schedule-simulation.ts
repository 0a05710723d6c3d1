import { visitByRhythm } from "../../shared/crawl/crawl-schedule.ts";
import { learnRhythm, type Rhythm } from "../../shared/crawl/schedule/rhythm.ts";
import { randomFrom } from "../support/made-up-rhythms.ts";
import { median } from "./harness.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** The instants at which a feed's episodes were published, in ms, ascending. */
export type Dates = readonly number[];
/** A feed to play: its dates, of which a schedule knows the first `numKnown` when the play begins. */
export type PlayedFeed = { dates: Dates; numKnown: number };
/** Returns the time from `now`, a visit, to the next. `seen` are the dates up to `now`: a schedule knows nothing else. */
export type Schedule = (seen: Dates, options: { now: number; random: number }) => number;
type Outcome = { delays: number[]; numVisits: number; numDays: number };

/** Plays the visits to a feed from after its first `numKnown` episodes to its last one. */
function play({ dates, numKnown }: PlayedFeed, options: { schedule: Schedule; random: () => number }): Outcome {
  const { schedule, random } = options;
  const start = dates[numKnown - 1] ?? 0;
  const end = dates.at(-1) ?? start;
  const delays: number[] = [];
  let numSeen = numKnown;
  let seen = dates.slice(0, numSeen);
  let numVisits = 0;
  // The first visit at any time of the day, like a feed that somebody adds.
  for (let now = start + random() * DAY_MS; numSeen < dates.length; ) {
    numVisits += 1;
    const numBefore = numSeen;
    for (; (dates[numSeen] ?? Number.POSITIVE_INFINITY) <= now; numSeen++) delays.push(now - (dates[numSeen] ?? now));
    // The same array for as long as nothing is new, so that a schedule can remember what it has learned from it.
    if (numSeen > numBefore) seen = dates.slice(0, numSeen);
    now += schedule(seen, { now, random: random() });
  }
  return { delays, numVisits, numDays: (end - start) / DAY_MS };
}

export function playAll(feeds: readonly PlayedFeed[], schedule: Schedule): Outcome[] {
  return feeds.map((feed, i) => play(feed, { schedule, random: randomFrom(i + 1) }));
}

/** podcore's schedule, on hosts that allow five minutes between requests unless `maxAgeMs` is undefined. */
export function podcoreSchedule(requestHours: number, { maxAgeMs }: { maxAgeMs: number | undefined }): Schedule {
  let learned: { seen: Dates; rhythm: Rhythm } | undefined;
  return (seen, { now, random }) => {
    if (learned?.seen !== seen) learned = { seen, rhythm: learnRhythm(seen.slice(-50)) };
    return visitByRhythm(learned.rhythm, { hints: {}, maxAgeMs, now: new Date(now), random, requestHours }).delayMs;
  };
}

// Miniflux 2.2.8's two schedulers: ScheduleNextCheck() of internal/model/feed.go (commit 112494bb) and
// WeeklyFeedEntryCount() of internal/storage/feed.go (commit 01733d4c), at https://github.com/miniflux/v2. Without the
// hour's wait for the next batch, which would add to the delays.

/** SCHEDULER_ROUND_ROBIN_MIN_INTERVAL; 60 minutes by default. */
export function roundRobin(intervalMinutes: number): Schedule {
  return () => intervalMinutes * MINUTE_MS;
}

/** SCHEDULER_ENTRY_FREQUENCY_FACTOR, _MIN_INTERVAL and _MAX_INTERVAL: 1, 5 and 1440 minutes by default. */
export function entryFrequency(options: { factor: number; minMinutes?: number; maxMinutes?: number }): Schedule {
  const { factor, minMinutes = 5, maxMinutes = 1_440 } = options;
  return (seen, { now }) => {
    const weeklyCount = weeklyFeedEntryCount(seen, now);
    if (weeklyCount <= 0) return maxMinutes * MINUTE_MS;
    const minutes = Math.round((7 * 24 * 60) / (weeklyCount * factor));
    return Math.max(Math.min(minutes, maxMinutes), minMinutes) * MINUTE_MS;
  };
}

/** A virtual count from the mean gap between the entries of the last week; 0 if there are fewer than two. */
function weeklyFeedEntryCount(seen: Dates, now: number): number {
  let first = seen.length;
  while (first > 0 && (seen[first - 1] ?? 0) >= now - WEEK_MS) first -= 1;
  const num = seen.length - first;
  const spanMs = (seen.at(-1) ?? 0) - (seen[first] ?? 0);
  return num < 2 || spanMs === 0 ? 0 : Math.ceil(WEEK_MS / (spanMs / (num - 1)));
}

export type Figures = {
  requestsPerDay: number;
  medianMinutes: number;
  p95Minutes: number;
  medianOfFeedsMinutes: number;
};

/** Requests a feed a day, over all days of all feeds; the delays of all episodes; and the median of the feeds' medians. */
export function figuresOf(outcomes: readonly Outcome[]): Figures {
  const sum = (read: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + read(outcome), 0);
  const delays = outcomes.flatMap((outcome) => outcome.delays).sort((a, b) => a - b);
  return {
    requestsPerDay: sum(({ numVisits }) => numVisits) / sum(({ numDays }) => numDays),
    medianMinutes: median(delays) / MINUTE_MS,
    p95Minutes: (delays[Math.floor(delays.length * 0.95)] ?? 0) / MINUTE_MS,
    medianOfFeedsMinutes: median(outcomes.map((outcome) => median(outcome.delays))) / MINUTE_MS,
  };
}

/**
 * Finds the setting of a family of schedules that makes `requestsPerDay`, to 2 %. The number of requests falls about with
 * the setting's `power`-th root.
 */
export function calibrate(options: {
  requestsPerDay: number;
  start: number;
  power: number;
  measure(setting: number): Figures;
}): { setting: number; figures: Figures } {
  let setting = options.start;
  for (let round = 1; ; round++) {
    const figures = options.measure(setting);
    const ratio = figures.requestsPerDay / options.requestsPerDay;
    if (Math.abs(ratio - 1) < 0.02 || round === MAX_ROUNDS) return { setting, figures };
    setting *= ratio ** options.power;
  }
}

// Some settings cannot make a budget, such as a factor where the longest interval alone makes more requests.
const MAX_ROUNDS = 10;
