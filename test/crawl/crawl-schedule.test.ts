import assert from "node:assert/strict";
import { test } from "node:test";
import { delayAfterFailure, delayAfterSuccess } from "../../shared/crawl/crawl-schedule.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

test("delayAfterSuccess() is an hour for an active feed and a day for a quiet one, and up to ten minutes more, never less", () => {
  const delays = (isActive: boolean) =>
    [0, 0.5, 1].map((random) => delayAfterSuccess({ isActive, cacheMaxAgeMs: undefined, random }));

  assert.deepEqual(delays(true), [HOUR_MS, HOUR_MS + 5 * MINUTE_MS, HOUR_MS + 10 * MINUTE_MS]);
  assert.deepEqual(delays(false), [DAY_MS, DAY_MS + 5 * MINUTE_MS, DAY_MS + 10 * MINUTE_MS]);
});

test("delayAfterSuccess() lets a host ask for less, up to a week, and not for more", () => {
  const delay = (cacheMaxAgeMs: number) => delayAfterSuccess({ isActive: true, cacheMaxAgeMs, random: 0 });

  assert.deepEqual([delay(0), delay(5 * HOUR_MS), delay(365 * DAY_MS)], [HOUR_MS, 5 * HOUR_MS, 7 * DAY_MS]);
});

test("delayAfterFailure() doubles from a quarter of an hour up to a day, of which half is left to chance", () => {
  const delays = (random: number) =>
    [1, 2, 3, 8, 100].map((numFailures) =>
      delayAfterFailure({ status: 500, retryAfterMs: undefined, numFailures, random }),
    );

  assert.deepEqual(delays(1), [15 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, DAY_MS, DAY_MS]);
  assert.deepEqual(delays(0), [7.5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS / 2, DAY_MS / 2, DAY_MS / 2]);
});

test("delayAfterFailure() keeps away for as long as the host says, and longer where it refuses", () => {
  const delay = (status: number, retryAfterMs?: number) =>
    delayAfterFailure({ status, retryAfterMs, numFailures: 1, random: 0 });

  assert.deepEqual(
    [429, 401, 403, 404, 410].map((status) => delay(status)),
    [HOUR_MS, ...[DAY_MS, DAY_MS, DAY_MS], 30 * DAY_MS],
  );
  assert.deepEqual([delay(503, 3 * HOUR_MS), delay(503, 365 * DAY_MS)], [3 * HOUR_MS, 7 * DAY_MS]);
});
