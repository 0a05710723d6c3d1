import assert from "node:assert/strict";
import test from "node:test";
import type { UpdateHints } from "../../shared/feed/model.ts";
import { read } from "./feed-xml.ts";

const NAMESPACES =
  'xmlns:synd="http://purl.org/rss/1.0/modules/syndication/" xmlns:podcast="https://podcastindex.org/namespace/1.0"';

async function hintsOf(channel: string): Promise<UpdateHints> {
  return (await read(`<rss version="2.0" ${NAMESPACES}><channel><title>A</title>${channel}</channel></rss>`))
    .updateHints;
}

const hours = (...values: (string | number)[]) =>
  `<skipHours>${values.map((value) => `<hour>${value}</hour>`).join("")}</skipHours>`;
const days = (...values: string[]) => `<skipDays>${values.map((value) => `<day>${value}</day>`).join("")}</skipDays>`;
const frequency = (attributes: string) => `<podcast:updateFrequency ${attributes}>text</podcast:updateFrequency>`;
const DAY_MS = 86_400_000;

const cases: [name: string, channel: string, hints: UpdateHints][] = [
  ["nothing, where a feed says nothing", "", {}],
  ["fetch 71: ttl", "<ttl> 60 </ttl>", { ttlMinutes: 60 }],
  ["fetch 71: no ttl that is 0, negative or a word", "<ttl>0</ttl><ttl>-5</ttl><ttl>often</ttl>", {}],
  ["fetch 72: skipHours, once each and in order", hours(23, 0, 7, 7), { skipHours: [0, 7, 23] }],
  ["fetch 72: hour 24 as 0, and none beyond", hours(24, 25, "noon"), { skipHours: [0] }],
  ["fetch 72: skipDays in any case", days("Sunday", "WEDNESDAY", "x"), { skipDays: [0, 3] }],
  [
    "fetch 73: sy:updatePeriod under any prefix",
    "<synd:updatePeriod>weekly</synd:updatePeriod>",
    { updatePeriodMinutes: 10_080 },
  ],
  [
    "fetch 73: sy:updateFrequency as times in a period",
    "<synd:updatePeriod>daily</synd:updatePeriod><synd:updateFrequency>4</synd:updateFrequency>",
    { updatePeriodMinutes: 360 },
  ],
  [
    "fetch 73: sy:updateFrequency alone as times a day",
    "<synd:updateFrequency>2</synd:updateFrequency>",
    { updatePeriodMinutes: 720 },
  ],
  ["fetch 73: no unknown period, and no frequency of 0", "<synd:updatePeriod>fortnightly</synd:updatePeriod>", {}],
  [
    "podcast:updateFrequency of every second Saturday",
    frequency('rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=SA"'),
    { announced: { periodMs: 14 * DAY_MS, days: [6] } },
  ],
  [
    "podcast:updateFrequency of three weekdays",
    frequency('rrule="FREQ=WEEKLY;BYDAY=MO,WE,FR"'),
    { announced: { periodMs: (7 * DAY_MS) / 3, days: [1, 3, 5] } },
  ],
  [
    "podcast:updateFrequency of a month's first Tuesday",
    frequency('rrule="FREQ=MONTHLY;BYDAY=1TU"'),
    { announced: { periodMs: 30 * DAY_MS, days: [2] } },
  ],
  [
    "podcast:updateFrequency of weekdays as a daily rule",
    frequency('rrule="FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR"'),
    { announced: { periodMs: DAY_MS, days: [1, 2, 3, 4, 5] } },
  ],
  ["podcast:updateFrequency that is complete", frequency('complete="true"'), { isComplete: true }],
  [
    "no rule without FREQ, or with an interval of 0",
    frequency('rrule="INTERVAL=2"') + frequency('rrule="FREQ=DAILY;INTERVAL=0"'),
    {},
  ],
];

for (const [name, channel, hints] of cases) {
  test(`${/^fetch \d+: /.exec(name)?.[0] ?? ""}readFeed() reads ${name.replace(/^fetch \d+: /, "")}`, async () => {
    assert.deepEqual(await hintsOf(channel), hints);
  });
}
