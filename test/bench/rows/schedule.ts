import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { FeedError } from "../../../shared/feed/feed-error.ts";
import { readFeed } from "../../../shared/feed/read-feed.ts";
import { madeUpDates } from "../../support/made-up-rhythms.ts";
import { type Bench, ROOT, type Row } from "../bench.ts";
import type { Table } from "../harness.ts";
import {
  calibrate,
  type Dates,
  entryFrequency,
  type Figures,
  figuresOf,
  type PlayedFeed,
  playAll,
  podcoreSchedule,
  roundRobin,
  type Schedule,
} from "../schedule-simulation.ts";

export default {
  name: "schedule",
  about: "how long a new episode waits, by the schedules of podcore and of Miniflux with equally many requests",
  run,
} satisfies Row;

// A feed with fewer says little about a rhythm.
const MIN_DATES = 20;
// The least that a schedule knows when the play begins.
const MIN_KNOWN = 10;
// The last four months of each feed are played, which keeps the run to minutes.
const PLAYED_MS = 120 * 24 * 60 * 60 * 1_000;
const BUDGETS = [1, 4, 24];
const DAY_MINUTES = 24 * 60;

async function* run(bench: Bench): AsyncGenerator<Table> {
  const real = await realDates();
  const all =
    real ?? Array.from({ length: 50 }, (_, i) => madeUpDates(i, { from: Date.UTC(2023, 0), to: Date.UTC(2026, 0) }));
  const feeds = (bench.isQuick ? all.slice(0, 5) : all).map(toPlayed);
  const kind = real === undefined ? "made-up rhythms (../shared/feeds is not there)" : "real feeds";
  for (const budget of bench.isQuick ? [4] : BUDGETS) {
    const { rows, numEpisodes } = compareAt(budget, feeds);
    yield {
      title: `${budget} requests a feed a day: ${feeds.length} ${kind}, ${numEpisodes} episodes`,
      columns: ["requests", "median min", "p95 min", "median of feeds"],
      rows: rows.map(({ name, figures }) => ({ name, cells: cellsOf(figures) })),
      notes: notesOf(rows),
    };
  }
}

type Compared = { name: string; figures: Figures };

function compareAt(budget: number, feeds: readonly PlayedFeed[]): { rows: Compared[]; numEpisodes: number } {
  const measure = (schedule: Schedule) => figuresOf(playAll(feeds, schedule));
  const numEpisodes = feeds.reduce((sum, { dates, numKnown }) => sum + dates.length - numKnown, 0);
  // A few of the feeds show about which setting makes the budget.
  const some = feeds.filter((_, i) => i % 5 === 0);
  const interval = DAY_MINUTES / budget;
  const rows = [{ name: "Miniflux round_robin", figures: measure(roundRobin(interval)) }];
  // Its factor alone cannot make every budget, so its longest interval is set as well: the default, and shorter ones.
  for (const maxMinutes of new Set(
    [DAY_MINUTES, interval * 1.5, interval * 3].filter((minutes) => minutes >= interval),
  )) {
    const { setting, figures } = calibrate({
      requestsPerDay: budget,
      ...{ start: 1 / budget, power: 1 },
      measure: (divisor) => measure(entryFrequency({ factor: 1 / divisor, maxMinutes })),
    });
    const settings = `factor ${(1 / setting).toPrecision(2)}, max ${Math.round(maxMinutes)} min`;
    rows.push({ name: `Miniflux entry_frequency, ${settings}`, figures });
  }
  const floors: [string, number | undefined][] = [
    ["podcore", 0],
    ["podcore, an hour apart", undefined],
  ];
  for (const [name, maxAgeMs] of budget < 24 ? floors : floors.slice(0, 1)) {
    const family = { requestsPerDay: budget, power: 2 };
    const first = calibrate({
      ...family,
      start: 0.2 / budget ** 2,
      measure: (requestHours) => figuresOf(playAll(some, podcoreSchedule(requestHours, { maxAgeMs }))),
    });
    const { setting, figures } = calibrate({
      ...family,
      start: first.setting,
      measure: (requestHours) => measure(podcoreSchedule(requestHours, { maxAgeMs })),
    });
    rows.push({ name: `${name}, request = ${setting.toPrecision(2)} h`, figures });
  }
  return { rows, numEpisodes };
}

function cellsOf({ requestsPerDay, medianMinutes, p95Minutes, medianOfFeedsMinutes }: Figures) {
  return [requestsPerDay, medianMinutes, p95Minutes, medianOfFeedsMinutes].map((value) => ({ value }));
}

/** Compares podcore's median with the best of Miniflux's, of those settings that make the budget. */
function notesOf(rows: readonly Compared[]): string[] {
  const budget = rows[0]?.figures.requestsPerDay ?? 0;
  const medians = (isOurs: boolean) =>
    rows
      .filter(({ name, figures }) => name.startsWith("podcore") === isOurs && figures.requestsPerDay < budget * 1.05)
      .map(({ figures }) => figures.medianMinutes);
  const [ours = Number.NaN, best] = [medians(true)[0], Math.min(...medians(false))];
  return [`podcore's median is ${(ours / best).toFixed(2)} of the better one of Miniflux's; the aim is 0.33`];
}

function toPlayed(dates: Dates): PlayedFeed {
  const first = dates.findIndex((at) => at >= (dates.at(-1) ?? 0) - PLAYED_MS);
  return { dates, numKnown: Math.max(first, MIN_KNOWN) };
}

/** Reads the dates of the feeds that may lie beside the project; of feeds with the same dates, one. */
async function realDates(): Promise<Dates[] | undefined> {
  const folder = join(ROOT, "../shared/feeds");
  if (!existsSync(folder)) return undefined;
  const found = new Map<string, Dates>();
  for await (const file of glob("*/*.{xml,rss,atom}", { cwd: folder })) {
    const dates = await datesOf(await readFile(join(folder, file)));
    if (dates.length >= MIN_DATES) found.set(`${dates[0]} ${dates.at(-1)} ${dates.length}`, dates);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, dates]) => dates);
}

async function datesOf(body: Buffer): Promise<Dates> {
  try {
    const feed = await readFeed({ body, contentType: undefined, url: "https://feeds.example.com/" });
    const instants = feed.episodes.map(({ publishedAt }) => publishedAt?.getTime());
    return instants
      .filter((at) => at !== undefined && at <= Date.now())
      .sort((a, b) => (a ?? 0) - (b ?? 0)) as number[];
  } catch (error) {
    // Some are broken on purpose.
    if (error instanceof FeedError) return [];
    throw error;
  }
}
