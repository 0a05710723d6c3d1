import assert from "node:assert/strict";
import test from "node:test";
import type { Visit } from "../../../shared/crawl/crawl-schedule.ts";
import { pushedVisit } from "../../../shared/crawl/push/pushed-visit.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const HOURLY: Visit = { delayMs: HOUR_MS, reason: "spread" };
const WEEKLY: Visit = { delayMs: 7 * DAY_MS, reason: "quiet" };
const before = new Date("2026-11-28T10:00:00Z");
const later = new Date("2026-11-28T12:00:00Z");

const cases: [name: string, planned: Visit, crawled: Parameters<typeof pushedVisit>[1], visit: Visit][] = [
  [
    "leaves the schedule alone without a hub",
    HOURLY,
    { pushedAt: undefined, lastSucceededAt: before, pushLeaseMs: undefined, numInserted: 1 },
    HOURLY,
  ],
  [
    "visits once a day while a hub announces episodes",
    HOURLY,
    { pushedAt: undefined, lastSucceededAt: before, pushLeaseMs: 5 * DAY_MS, numInserted: 0 },
    { delayMs: DAY_MS, reason: "push" },
  ],
  [
    "visits as seldom as the schedule, if that is less often",
    WEEKLY,
    { pushedAt: undefined, lastSucceededAt: before, pushLeaseMs: 5 * DAY_MS, numInserted: 0 },
    WEEKLY,
  ],
  [
    "visits when the lease ends, if that is sooner than in a day",
    HOURLY,
    { pushedAt: undefined, lastSucceededAt: before, pushLeaseMs: 3 * HOUR_MS, numInserted: 0 },
    { delayMs: 3 * HOUR_MS, reason: "push" },
  ],
  [
    "keeps to a day after an episode that a push has announced",
    HOURLY,
    { pushedAt: later, lastSucceededAt: before, pushLeaseMs: 5 * DAY_MS, numInserted: 1 },
    { delayMs: DAY_MS, reason: "push" },
  ],
  [
    "returns to the schedule after an episode that no push has announced",
    HOURLY,
    { pushedAt: before, lastSucceededAt: later, pushLeaseMs: 5 * DAY_MS, numInserted: 1 },
    HOURLY,
  ],
  [
    "visits once more after a push that announced nothing new",
    WEEKLY,
    { pushedAt: later, lastSucceededAt: before, pushLeaseMs: 5 * DAY_MS, numInserted: 0 },
    { delayMs: 10 * MINUTE_MS, reason: "push" },
  ],
  [
    "does not visit a third time",
    HOURLY,
    { pushedAt: before, lastSucceededAt: later, pushLeaseMs: undefined, numInserted: 0 },
    HOURLY,
  ],
];

for (const [name, planned, crawled, visit] of cases) {
  test(`pushedVisit() ${name}`, () => {
    assert.deepEqual(pushedVisit(planned, crawled), visit);
  });
}
