import { present } from "../present.ts";
import type { AnnouncedRhythm, UpdateHints } from "./model.ts";
import { booleanOf, integerOf } from "./numbers.ts";
import { attribute, children, childText, type FeedNode, firstChild, ownText } from "./xml/feed-node.ts";

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;
const PERIOD_MINUTES = new Map([
  ["hourly", HOUR_MINUTES],
  ["daily", DAY_MINUTES],
  ["weekly", 7 * DAY_MINUTES],
  ["monthly", 30 * DAY_MINUTES],
  ["yearly", 365 * DAY_MINUTES],
]);
// By their first two letters, which iCalendar's BYDAY has alone.
const DAYS = ["su", "mo", "tu", "we", "th", "fr", "sa"];
// Of a rule that is meant as one; feeds have up to 40 characters.
const MAX_RULE_LENGTH = 500;

/**
 * Reads what a feed says about when to come back: ttl, skipHours and skipDays of RSS 2.0, the syndication module
 * (https://web.resource.org/rss/1.0/modules/syndication/), podcast:updateFrequency, itunes:complete. Leaves out what
 * cannot be read.
 */
export function updateHintsOf(channel: FeedNode | undefined): UpdateHints {
  const frequency = firstChild(channel, "podcast:updatefrequency");
  const isComplete =
    booleanOf(childText(channel, "itunes:complete")) === true || booleanOf(attribute(frequency, "complete")) === true;
  return present({
    ttlMinutes: integerOf(childText(channel, "ttl")) || undefined,
    skipHours: listOf(channel, { list: "skiphours", entry: "hour", read: hourOf }),
    skipDays: listOf(channel, { list: "skipdays", entry: "day", read: dayOf }),
    updatePeriodMinutes: updatePeriodOf(channel),
    announced: announcedOf(attribute(frequency, "rrule")),
    isComplete: isComplete || undefined,
  });
}

type List = { list: string; entry: string; read: (text: string) => number | undefined };

function listOf(channel: FeedNode | undefined, { list, entry, read }: List): number[] | undefined {
  const texts = children(firstChild(channel, list), entry, 31).map((node) => read(ownText(node) ?? ""));
  const values = [...new Set(texts.filter((value) => value !== undefined))].sort((a, b) => a - b);
  return values.length === 0 ? undefined : values;
}

/** Reads an hour from 0 to 23; 24 is 0, as in feeds that count from 1. */
function hourOf(text: string): number | undefined {
  const hour = integerOf(text);
  return hour === undefined || hour > 24 ? undefined : hour % 24;
}

/** Reads a weekday in English, of which two letters are enough; Sunday is 0. */
function dayOf(text: string): number | undefined {
  const day = DAYS.indexOf(text.slice(0, 2).toLowerCase());
  return day < 0 ? undefined : day;
}

/** The syndication module's defaults are daily and 1, but a feed with neither element says nothing. */
function updatePeriodOf(channel: FeedNode | undefined): number | undefined {
  // FeedParser's name for the namespace is "syn"; "sy" is that of feeds that do not declare it.
  const period = childText(channel, "syn:updateperiod") ?? childText(channel, "sy:updateperiod");
  const frequency = childText(channel, "syn:updatefrequency") ?? childText(channel, "sy:updatefrequency");
  if (period === undefined && frequency === undefined) return undefined;
  const minutes = PERIOD_MINUTES.get(period?.toLowerCase() ?? "daily");
  const times = frequency === undefined ? 1 : integerOf(frequency);
  return minutes === undefined || !times ? undefined : Math.max(1, Math.round(minutes / times));
}

/** Reads FREQ, INTERVAL, BYDAY, BYMONTHDAY and BYHOUR of a recurrence rule (RFC 5545 3.3.10). */
function announcedOf(rule: string | undefined): AnnouncedRhythm | undefined {
  if (rule === undefined || rule.length > MAX_RULE_LENGTH) return undefined;
  const parts = new Map(
    rule
      .toLowerCase()
      .replace(/^rrule:/, "")
      .split(";")
      .map((part): [string, string] => [part.split("=", 1)[0]?.trim() ?? "", part.split("=")[1]?.trim() ?? ""]),
  );
  const minutes = PERIOD_MINUTES.get(parts.get("freq") ?? "");
  const interval = integerOf(parts.get("interval") ?? "1");
  if (minutes === undefined || !interval) return undefined;
  const entries = (name: string) => (parts.get(name) ?? "").split(",").filter((entry) => entry !== "");
  const days = entries("byday").map((entry) => dayOf(entry.slice(-2)));
  const numTimes = Math.max(1, minutes > DAY_MINUTES ? days.length : 1, entries("bymonthday").length);
  const known = [...new Set(days.filter((day) => day !== undefined))].sort((a, b) => a - b);
  return present({
    periodMs: (minutes * interval * 60_000) / (numTimes * Math.max(1, entries("byhour").length)),
    days: known.length === 0 ? undefined : known,
  });
}
