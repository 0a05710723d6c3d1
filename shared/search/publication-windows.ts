import { type SQL, sql } from "drizzle-orm";
import { hashOf } from "./documents/word-hash.ts";
import { hasAny } from "./matching.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
// Each window holds some ten times as many episodes as the one before. If a word finds too few in one, it finds at most
// some ten times as many in the next, and no search has to sort the millions of episodes that have a frequent word.
const RECENT_DAYS = 20;
const RECENT_MONTHS = 8;

/** Conditions for episodes published in the last days, weeks, months, and at any other time. No two overlap. */
export function publicationWindows(now: Date): SQL[] {
  const today = Math.floor(now.getTime() / DAY_MS);
  // From tomorrow on, since feeds and servers are in all time zones.
  const days = Array.from({ length: RECENT_DAYS }, (_, i) => isoDay((today + 1 - i) * DAY_MS));
  const [start = "", end = ""] = [days.at(-1), isoDay((today + 2) * DAY_MS)];
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  const months = Array.from({ length: RECENT_MONTHS }, (_, i) => isoDay(Date.UTC(year, month - i, 1)));
  const oldest = months.at(-1) ?? "";
  return [
    isOn(days.slice(0, 3)),
    isOn(days.slice(3)),
    sql`${isOn(months.map((day) => day.slice(0, 7)))} and d.published_at < ${`${start}T00:00Z`}::timestamptz`,
    sql`(d.published_at < ${`${oldest}T00:00Z`}::timestamptz or d.published_at >= ${`${end}T00:00Z`}::timestamptz)`,
  ];
}

function isOn(dates: readonly string[]): SQL {
  return hasAny(dates.map((date) => hashOf("date", date)));
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
