import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addArrivals,
  type Failure,
  type Visit,
  visitAfterFailure,
  visitAfterSuccess,
} from "../../shared/crawl/crawl-schedule.ts";
import type { UpdateHints } from "../../shared/feed/model.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
// A Monday.
const NOW = new Date("2026-03-02T10:00:00Z");

type Given = { arrivals?: Date[]; hints?: UpdateHints; maxAgeMs?: number; now?: Date; random?: number };
function afterSuccess({ arrivals = [], hints = {}, maxAgeMs, now = NOW, random = 0 }: Given): Visit {
  return visitAfterSuccess({ arrivals, hints, maxAgeMs, now, random });
}

/** The last 30 episodes of a show, one every `everyMs`, the last at `last`. */
function every(everyMs: number, last: string): Date[] {
  return Array.from({ length: 30 }, (_, i) => new Date(Date.parse(last) - (29 - i) * everyMs));
}

/** The visits of the `days` after `now`, if no episode comes. */
function visitsOf({ days, now = NOW, ...given }: Given & { days: number }): Date[] {
  const visits: Date[] = [];
  for (let at = now; ; ) {
    at = new Date(at.getTime() + afterSuccess({ ...given, now: at }).delayMs);
    if (at.getTime() > now.getTime() + days * DAY_MS) return visits;
    visits.push(at);
  }
}

const DAILY = every(DAY_MS, "2026-03-02T05:00:00Z");
const WEEKLY = every(7 * DAY_MS, "2026-02-24T06:00:00Z");

test("fetch 74: visitAfterSuccess() comes within the hour after a daily show's time", () => {
  const visits = visitsOf({ arrivals: DAILY, days: 1 });

  const first = visits.find((at) => at.getTime() >= Date.parse("2026-03-03T05:00:00Z"));
  assert.ok(first !== undefined && first.getTime() < Date.parse("2026-03-03T06:00:00Z"), String(first));
  assert.ok(visits.length <= 8, `${visits.length} visits`);
});

test("fetch 74: visitAfterSuccess() comes within ten minutes after a weekly show's time, where the host allows it", () => {
  const visits = visitsOf({ arrivals: WEEKLY, days: 2, maxAgeMs: 0 });

  const first = visits.find((at) => at.getTime() > Date.parse("2026-03-03T06:00:00Z"));
  assert.ok(first !== undefined && first.getTime() <= Date.parse("2026-03-03T06:10:00Z"), String(first));
});

test("fetch 74: visitAfterSuccess() comes ever less to a show that is silent, down to once in seven days", () => {
  const delays = [1, 30, 365, 3_650].map((days) => {
    const now = new Date(NOW.getTime() + days * DAY_MS);
    return afterSuccess({ arrivals: WEEKLY, now }).delayMs / DAY_MS;
  });

  assert.deepEqual(
    delays,
    delays.toSorted((a, b) => a - b),
  );
  assert.ok((delays[0] ?? 9) < 2 && delays[3] === 7, delays.join(", "));
  assert.equal(afterSuccess({ arrivals: WEEKLY, now: new Date(NOW.getTime() + 3_650 * DAY_MS) }).reason, "quiet");
});

test("visitAfterSuccess() comes within two days to a show of which nothing is known", () => {
  const { delayMs } = afterSuccess({});

  assert.ok(delayMs >= HOUR_MS && delayMs <= 2 * DAY_MS, String(delayMs / HOUR_MS));
});

test("visitAfterSuccess() comes once in seven days to a show that is complete", () => {
  assert.deepEqual(afterSuccess({ arrivals: DAILY, hints: { isComplete: true } }), {
    delayMs: 7 * DAY_MS,
    reason: "complete",
  });
});

test("fetch 23: visitAfterSuccess() does not come before max-age, nor much later, and waits for seven days at most", () => {
  const delays = [3, 48, 24 * 365].map((hours) => afterSuccess({ arrivals: DAILY, maxAgeMs: hours * HOUR_MS }));

  assert.ok((delays[0]?.delayMs ?? 0) >= 3 * HOUR_MS);
  assert.deepEqual(delays.slice(1), [
    { delayMs: 48 * HOUR_MS, reason: "max-age" },
    { delayMs: 7 * DAY_MS, reason: "max-age" },
  ]);
});

test("fetch 71: visitAfterSuccess() leaves an hour between visits with a ttl of 1, and seven days with the largest", () => {
  // Before six in the morning of the weekly show, visits are as close as they may.
  const now = new Date("2026-03-03T05:55:00Z");
  const shortest = (hints: UpdateHints) => {
    const visits = visitsOf({ arrivals: WEEKLY, hints, maxAgeMs: 0, now, days: 15 });
    return Math.min(...[now, ...visits].slice(0, -1).map((at, i) => Number(visits[i]) - at.getTime()));
  };

  assert.ok(shortest({}) < HOUR_MS);
  assert.ok(shortest({ ttlMinutes: 1 }) >= HOUR_MS);
  assert.ok(shortest({ ttlMinutes: 720 }) >= 12 * HOUR_MS);
  assert.equal(shortest({ ttlMinutes: 1_000_000_000 }), 7 * DAY_MS);
});

test("fetch 73: visitAfterSuccess() waits for as long as sy:updatePeriod says", () => {
  assert.deepEqual(afterSuccess({ arrivals: DAILY, hints: { updatePeriodMinutes: 7 * 24 * 60 } }), {
    delayMs: 7 * DAY_MS,
    reason: "update-period",
  });
});

test("fetch 72: visitAfterSuccess() comes in no hour and on no day that the feed asks to skip", () => {
  const skipHours = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => hour !== 5);

  const visits = visitsOf({ arrivals: DAILY, hints: { skipHours, skipDays: [0, 6] }, days: 14, random: 0.999 });

  assert.ok(visits.length >= 4, `${visits.length} visits`);
  assert.ok(
    visits.every((at) => at.getUTCHours() === 5 && at.getUTCDay() % 6 !== 0),
    visits.join(", "),
  );
});

test("fetch 72: visitAfterSuccess() keeps skipped hours free after a week too", () => {
  const now = new Date(NOW.getTime() + 3_650 * DAY_MS);

  const { delayMs } = afterSuccess({ arrivals: WEEKLY, hints: { skipHours: [9, 10, 11] }, now, random: 0.999 });

  assert.equal(new Date(now.getTime() + delayMs).getUTCHours(), 8);
  assert.ok(delayMs > 6 * DAY_MS);
});

test("fetch 72: visitAfterSuccess() comes after seven days even if they are skipped, and the ttl allows no day before", () => {
  const skipHours = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => hour !== 5);
  const hints = { skipHours, skipDays: [0, 1, 2, 4, 5, 6], ttlMinutes: (7 * DAY_MS) / MINUTE_MS };

  assert.deepEqual(afterSuccess({ arrivals: WEEKLY, hints }), { delayMs: 7 * DAY_MS, reason: "ttl" });
});

test("fetch 72: visitAfterSuccess() does not listen to a feed that skips all hours", () => {
  const skipHours = Array.from({ length: 24 }, (_, hour) => hour);

  assert.deepEqual(afterSuccess({ arrivals: DAILY, hints: { skipHours } }), afterSuccess({ arrivals: DAILY }));
});

test("visitAfterSuccess() adds up to five minutes at random, and takes nothing off", () => {
  const delays = [0, 0.5, 0.999].map((random) => afterSuccess({ maxAgeMs: 2 * DAY_MS, random }).delayMs);

  assert.deepEqual(
    delays,
    [0, 150_000, 299_700].map((extra) => 2 * DAY_MS + extra),
  );
});

function afterFailure(failure: Partial<Failure>): Visit {
  const none = { status: undefined, retryAfterMs: undefined, numFailures: 1, hints: {}, now: NOW, random: 0 };
  return visitAfterFailure({ ...none, ...failure });
}

test("fetch 30: visitAfterFailure() waits at random up to a bound that doubles to a day, and never gives up", () => {
  const delays = (random: number) =>
    [1, 2, 3, 6, 7, 100, 10_000].map(
      (numFailures) => afterFailure({ status: 500, numFailures, random }).delayMs / MINUTE_MS,
    );

  assert.deepEqual(delays(1), [30, 60, 120, 960, 1_440, 1_440, 1_440]);
  assert.deepEqual(delays(0), [10, 10, 10, 10, 10, 10, 10]);
  assert.equal(afterFailure({ status: 500 }).reason, "retry");
});

test("fetch 17: visitAfterFailure() waits for Retry-After and no less", () => {
  assert.deepEqual(afterFailure({ status: 429, retryAfterMs: 2 * HOUR_MS }), {
    delayMs: 2 * HOUR_MS,
    reason: "retry-after",
  });
  assert.ok(afterFailure({ status: 429, retryAfterMs: 120_000 }).delayMs >= 120_000);
});

test("fetch 19: visitAfterFailure() waits for seven days at most, whatever Retry-After says", () => {
  assert.equal(afterFailure({ status: 503, retryAfterMs: 365 * DAY_MS }).delayMs, 7 * DAY_MS);
});

test("fetch 20: visitAfterFailure() honours Retry-After of a 503", () => {
  assert.equal(afterFailure({ status: 503, retryAfterMs: 3 * HOUR_MS, random: 0 }).delayMs, 3 * HOUR_MS);
});

test("fetch 21: visitAfterFailure() doubles from an hour on after 429 without Retry-After", () => {
  const delays = (random: number) =>
    [1, 2, 3, 9].map((numFailures) => afterFailure({ status: 429, numFailures, random }).delayMs / HOUR_MS);

  assert.deepEqual(delays(0), [1, 1, 1, 1]);
  assert.deepEqual(delays(1), [1.05, 2, 4, 24]);
});

test("fetch 26: visitAfterFailure() looks at a feed that is gone once a month", () => {
  const { delayMs, reason } = afterFailure({ status: 410, numFailures: 50 });

  assert.deepEqual([delayMs, reason], [30 * DAY_MS, "gone"]);
});

for (const [name, status] of [
  ["fetch 28: visitAfterFailure() waits for a day or more after 404", 404],
  ["fetch 29: visitAfterFailure() waits for a day or more after 401", 401],
  ["fetch 29: visitAfterFailure() waits for a day or more after 403", 403],
] as const) {
  test(name, () => {
    const { delayMs, reason } = afterFailure({ status, numFailures: 1 });

    assert.deepEqual([delayMs, reason], [DAY_MS, "refused"]);
  });
}

test("fetch 72: visitAfterFailure() comes after seven days even if they are skipped", () => {
  const hints = { skipDays: [0, 1, 2, 4, 5, 6] };

  assert.equal(afterFailure({ status: 503, retryAfterMs: 7 * DAY_MS, hints }).delayMs, 7 * DAY_MS);
});

test("fetch 72: visitAfterFailure() does not come in hours that the feed asks to skip", () => {
  const { delayMs, reason } = afterFailure({ status: 500, hints: { skipHours: [10, 11] } });

  assert.deepEqual([delayMs, reason], [2 * HOUR_MS, "skipped-hours"]);
});

test("addArrivals() takes inserted episodes when they were published, and keeps the newest fifty", () => {
  const known = every(DAY_MS, "2026-03-01T05:00:00Z");
  const today = new Date("2026-03-02T05:00:00Z");
  const previousVisitAt = new Date("2026-03-02T04:00:00Z");

  const arrivals = addArrivals(known, { insertedDates: [today], previousVisitAt, now: NOW });
  const many = addArrivals(every(HOUR_MS, "2026-02-01T00:00:00Z"), {
    insertedDates: every(HOUR_MS, "2026-03-01T00:00:00Z"),
    previousVisitAt: undefined,
    now: NOW,
  });

  assert.deepEqual(arrivals, [...known, today]);
  assert.deepEqual([many.length, many.at(-1)], [50, new Date("2026-03-01T00:00:00Z")]);
});

test("addArrivals() takes an episode that an earlier visit missed to have come after that, and one from the future now", () => {
  const previousVisitAt = new Date("2026-03-02T08:00:00Z");
  const after = (date: Date | undefined) => addArrivals([], { insertedDates: [date], previousVisitAt, now: NOW });

  const halfway = [new Date("2026-03-02T09:00:00Z")];
  assert.deepEqual(after(new Date("2026-03-02T00:00:00Z")), halfway);
  assert.deepEqual(after(new Date("1951-03-02T00:00:00Z")), halfway);
  assert.deepEqual(after(undefined), halfway);
  assert.deepEqual(after(new Date("2037-01-01T00:00:00Z")), [NOW]);
});

test("addArrivals() learns nothing from first items that have no date, or one from the future", () => {
  const insertedDates = [new Date("2037-01-01T00:00:00Z"), undefined, ...WEEKLY];

  assert.deepEqual(addArrivals([], { insertedDates, previousVisitAt: undefined, now: NOW }), WEEKLY);
});

test("addArrivals() forgets no rhythm over fifty episodes that come at once", () => {
  const previousVisitAt = new Date("2026-03-02T08:00:00Z");
  const season = Array.from({ length: 50 }, (_, i) => new Date(Date.parse("2026-03-02T09:00:00Z") + i * 1_000));

  const arrivals = addArrivals(WEEKLY, { insertedDates: season, previousVisitAt, now: NOW });

  assert.deepEqual(arrivals, [...WEEKLY, season[0]]);
});
