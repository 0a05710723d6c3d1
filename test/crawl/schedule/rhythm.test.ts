import assert from "node:assert/strict";
import { test } from "node:test";
import {
  expectEpisodes,
  learnRhythm,
  STEP_MS,
  STEPS_PER_HOUR,
  STEPS_PER_WEEK,
  stepOfWeek,
} from "../../../shared/crawl/schedule/rhythm.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TUESDAY_6 = Date.parse("2026-02-24T06:00:00Z");

const every = (gapMs: number, last = TUESDAY_6) => Array.from({ length: 30 }, (_, i) => last - (29 - i) * gapMs);
const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

/** The share of the week's expected episodes that the hours around `at` have, and their number. */
function expectAt(arrivals: readonly number[], { now, at, hours }: { now: number; at: number; hours: number }) {
  const expected = expectEpisodes(learnRhythm(arrivals), { now, numSteps: STEPS_PER_WEEK });
  const middle = Math.floor((at - now) / STEP_MS);
  const near = sum(
    expected.subarray(Math.max(0, middle - (hours * STEPS_PER_HOUR) / 2), middle + (hours * STEPS_PER_HOUR) / 2),
  );
  return { near, all: sum(expected) };
}

test("learnRhythm() expects a weekly show within an hour of its time, and hardly on other days", () => {
  const { near, all } = expectAt(every(7 * DAY_MS), {
    now: TUESDAY_6 + 3 * DAY_MS,
    at: TUESDAY_6 + 7 * DAY_MS,
    hours: 2,
  });

  assert.ok(near > 0.6 && near / all > 0.6, `${near} of ${all}`);
});

test("learnRhythm() expects a show of every second week in its week, not in the other", () => {
  const at = (days: number) =>
    expectAt(every(14 * DAY_MS), { now: TUESDAY_6 + (days - 1) * DAY_MS, at: TUESDAY_6 + days * DAY_MS, hours: 4 })
      .near;

  assert.ok(at(14) > 5 * at(7), `${at(7)}, ${at(14)}`);
});

test("learnRhythm() expects a show of weekdays at its hour on Monday, not on Sunday", () => {
  const friday = Date.parse("2026-02-27T16:00:00Z");
  const arrivals = every(DAY_MS, friday).filter((at) => new Date(at).getUTCDay() % 6 !== 0);
  const at = (days: number) => expectAt(arrivals, { now: friday + DAY_MS, at: friday + days * DAY_MS, hours: 2 }).near;

  assert.ok(at(3) > 4 * at(2), `${at(2)}, ${at(3)}`);
});

test("learnRhythm() has no hour for a show that comes whenever it is done", () => {
  const arrivals = Array.from({ length: 40 }, (_, i) => TUESDAY_6 - i * 61 * HOUR_MS);

  const { shape } = learnRhythm(arrivals);

  assert.ok(Math.max(...shape) < 5, String(Math.max(...shape)));
});

test("learnRhythm() expects a show on the days that its feed announces, from the first episode on", () => {
  const thursday = Date.parse("2026-02-26T12:00:00Z");

  const { shape, typicalGapMs } = learnRhythm([thursday], { periodMs: 14 * DAY_MS, days: [4] });

  const at = (days: number) => shape[stepOfWeek(thursday + days * DAY_MS)] ?? 0;
  assert.ok(at(0) > 4 * at(1) && at(1) === at(4), `${at(0)}, ${at(1)}, ${at(4)}`);
  assert.equal(typicalGapMs, 14 * DAY_MS);
});

test("learnRhythm() follows a show to its new time within six episodes", () => {
  const moved = [
    ...every(7 * DAY_MS),
    ...Array.from({ length: 6 }, (_, i) => TUESDAY_6 + (i + 1) * 7 * DAY_MS + 50 * HOUR_MS),
  ];

  const { shape } = learnRhythm(moved);

  assert.ok((shape[stepOfWeek(TUESDAY_6 + 50 * HOUR_MS)] ?? 0) > 20);
});

test("learnRhythm() takes episodes that came together for one", () => {
  const weekly = every(7 * DAY_MS);

  const rhythm = learnRhythm(weekly.slice(-12).flatMap((at) => [at, at + 1_000, at + 60_000]));

  assert.ok(rhythm.gaps.length > 0 && rhythm.gaps.every(({ ms }) => ms >= 6 * DAY_MS));
});

test("learnRhythm() takes a bulletin of every twenty minutes for many publications", () => {
  const { gaps, typicalGapMs } = learnRhythm(every(HOUR_MS / 3));

  assert.ok(gaps.length > 10 && typicalGapMs <= HOUR_MS, `${gaps.length} gaps, ${typicalGapMs} ms`);
});

test("learnRhythm() learns the hours of a show whose dates are before 1970", () => {
  const weekly = every(7 * DAY_MS, Date.parse("1951-02-27T06:00:00Z"));

  const { shape } = learnRhythm(weekly);

  assert.ok((shape[stepOfWeek(TUESDAY_6)] ?? 0) > 20);
});

test("expectEpisodes() expects ever less of a show that is silent for longer than ever", () => {
  const inWeek = [2, 10, 100].map((weeks) =>
    sum(
      expectEpisodes(learnRhythm(every(7 * DAY_MS)), { now: TUESDAY_6 + weeks * 7 * DAY_MS, numSteps: STEPS_PER_WEEK }),
    ),
  );

  assert.deepEqual(
    inWeek,
    inWeek.toSorted((a, b) => b - a),
  );
  assert.ok((inWeek[2] ?? 1) < 0.05, inWeek.join(", "));
});

test("expectEpisodes() expects as many episodes as a show has had on average", () => {
  const total = sum(expectEpisodes(learnRhythm(every(DAY_MS)), { now: TUESDAY_6 + HOUR_MS, numSteps: STEPS_PER_WEEK }));

  assert.ok(total > 5 && total < 9, String(total));
});
