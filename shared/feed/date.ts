import { inLatin } from "./dates/in-latin.ts";
import { monthOf } from "./dates/months.ts";

// Old recordings are dated when they were made. 1601, 0001 and the like are what software writes for "no date".
const MIN_YEAR = 1800;
const MAX_YEAR = 2100;

// Offsets in hours. A name with several meanings has the one that feeds use: American first, then European.
const ZONES: Record<string, number> = {
  z: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  wet: 0,
  west: 1,
  bst: 1,
  cet: 1,
  cest: 2,
  met: 1,
  mest: 2,
  mez: 1,
  mesz: 2,
  eet: 2,
  eest: 3,
  msk: 3,
  msd: 4,
  sast: 2,
  ist: 5.5,
  hkt: 8,
  sgt: 8,
  awst: 8,
  jst: 9,
  kst: 9,
  acst: 9.5,
  acdt: 10.5,
  aest: 10,
  aedt: 11,
  nzst: 12,
  nzdt: 13,
  nst: -3.5,
  ndt: -2.5,
  ast: -4,
  adt: -3,
  est: -5,
  edt: -4,
  et: -5,
  cst: -6,
  cdt: -5,
  ct: -6,
  mst: -7,
  mdt: -6,
  mt: -7,
  pst: -8,
  pdt: -7,
  pt: -8,
  akst: -9,
  akdt: -8,
  hst: -10,
  brt: -3,
  art: -3,
};

const TIME = /(?<!\d)(\d{1,2})[:h](\d{1,2})(?:[:.](\d{1,2}))?(?:[.,]\d+)?\s*(am|pm|[ap]\.\s?m\.)?/;

const OFFSET = /(?<=^|[\s)a-z])([+-])\s?(\d{1,2}):?(\d\d)?(?!\d)/;

const FULL_YEAR = /(?<!\d)(\d{4})(?!\d)/;

type Day = { year: number; month: number; day: number };

/**
 * Reads a date in the formats found in feeds: RFC 822 with deviations, ISO 8601, numeric dates, epoch seconds and
 * milliseconds, and month names of all languages that feeds are known to use. Ignores weekdays, because they may be wrong. The default zone is UTC, the default time
 * midnight. Returns undefined for other text and for dates outside 1800 to 2100.
 */
export function dateOf(value: string | undefined): Date | undefined {
  if (value === undefined || value.length > 400) return undefined;
  const text = normalize(value);
  if (/^\d{9,10}$/.test(text)) return within(Number(text) * 1_000);
  if (/^\d{12,13}$/.test(text)) return within(Number(text));
  const compact = /^(\d{4})(\d\d)(\d\d)(?:[t ]?(\d\d):?(\d\d):?(\d\d)?)?(?!\d)(.*)$/.exec(text);
  const readable =
    compact === null
      ? text
      : `${compact[1]}-${compact[2]}-${compact[3]} ${compact[4] ?? "0"}:${compact[5] ?? "0"}:${compact[6] ?? "0"}${compact[7]}`;

  const time = TIME.exec(readable);
  const afterTime = time === null ? "" : readable.slice(time.index + time[0].length);
  const rest = time === null ? readable : `${readable.slice(0, time.index)} ${afterTime.replace(OFFSET, " ")}`;
  const day = numericDay(rest) ?? namedDay(rest);
  // Date.UTC() takes the year 0 for 1900.
  if (day === undefined || day.year < MIN_YEAR || day.month < 1 || day.month > 12 || day.day < 1 || day.day > 31)
    return undefined;
  const seconds = time === null ? 0 : secondsOf(time);
  return within(Date.UTC(day.year, day.month - 1, day.day, 0, -offsetMinutes(afterTime), seconds));
}

function normalize(value: string): string {
  const text = value
    // Drupal writes an HTML element with the machine-readable date in an attribute.
    .replace(/^.*\scontent="([^"]*)".*$/s, "$1")
    .replace(/<[^>]*>/g, " ");
  return inLatin(text)
    .replace(/[\s"']+/g, " ")
    .trim();
}

function within(time: number): Date | undefined {
  const date = new Date(time);
  const year = date.getUTCFullYear();
  return year >= MIN_YEAR && year <= MAX_YEAR ? date : undefined;
}

/** Returns a time in seconds. 24:30 is half past midnight on the next day. An invalid hour is midnight; the day is still valid. */
function secondsOf([, hourText, minuteText, secondText, half]: RegExpExecArray): number {
  let hour = Number(hourText);
  if (hour > 24) return 0;
  if (half?.startsWith("p") && hour < 12) hour += 12;
  if (half?.startsWith("a") && hour === 12) hour = 0;
  return hour * 3_600 + Number(minuteText) * 60 + Number(secondText ?? 0);
}

/** Reads 2020-01-10, 2020/1/10, 10.1.2020 and 1/10/2020. The last is month first unless that is impossible. */
function numericDay(text: string): Day | undefined {
  const yearFirst = /(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/.exec(text);
  if (yearFirst !== null) return { year: Number(yearFirst[1]), month: Number(yearFirst[3]), day: Number(yearFirst[4]) };
  const yearLast = /(?<!\d)(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d\d)(?!\d)/.exec(text);
  if (yearLast === null) return undefined;
  const [first, second, year] = [Number(yearLast[1]), Number(yearLast[3]), fullYear(yearLast[4] ?? "")];
  const isDayFirst = yearLast[2] === "." || first > 12;
  return isDayFirst && second <= 12 ? { year, month: second, day: first } : { year, month: first, day: second };
}

/** Reads "thu, 30 sept. 2010", "sunday, january 31st, 2016", "16jun 2009", "7-oct-16" and "2014. majus 1.". */
function namedDay(text: string): Day | undefined {
  const words = [...text.matchAll(/\p{L}{3,}/gu)].flatMap((match) => {
    const month = monthOf(match[0]);
    return month === undefined ? [] : [{ month, start: match.index, end: match.index + match[0].length }];
  });
  // In "mar, 14 abr 2017" the first word is the weekday.
  const word = words.length > 1 && /^\D*$/.test(text.slice(0, words[0]?.start)) ? words[1] : words[0];
  if (word === undefined) return undefined;
  const before = /(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?(?:[\s,.-]|de|of|d|ta)*$/.exec(text.slice(0, word.start));
  const after = text.slice(word.end);
  const yearAfter = FULL_YEAR.exec(after) ?? /^[\s,.-]*(?:de\s)?(\d\d)(?!\d)/.exec(after);
  const yearBefore = FULL_YEAR.exec(text.slice(0, word.start));
  if (before !== null) {
    const year = (yearAfter ?? yearBefore)?.[1];
    return year === undefined ? undefined : { year: fullYear(year), month: word.month, day: Number(before[1]) };
  }
  const dayAfter = /^[\s,.-]*(\d{1,2})(?!\d)/.exec(after);
  const year = (FULL_YEAR.exec(after.slice(dayAfter?.[0].length ?? 0)) ?? yearBefore)?.[1];
  return dayAfter === null || year === undefined
    ? undefined
    : { year: fullYear(year), month: word.month, day: Number(dayAfter[1]) };
}

/** Returns a year of four digits. Two digits are read as in RFC 2822 4.3. */
function fullYear(digits: string): number {
  const year = Number(digits);
  return digits.length > 2 ? year : year + (year < 50 ? 2_000 : 1_900);
}

/** Reads the zone after a time, such as "+0200", "-5:00", "gmt+2" or "pdt". Returns 0 if there is none. */
function offsetMinutes(text: string): number {
  const offset = OFFSET.exec(text);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    // Real offsets are between -12 and +14 hours.
    return minutes > 14 * 60 ? 0 : offset[1] === "-" ? -minutes : minutes;
  }
  for (const [name] of text.matchAll(/\p{L}+/gu)) {
    const hours = Object.hasOwn(ZONES, name) ? ZONES[name] : undefined;
    if (hours !== undefined) return hours * 60;
  }
  return 0;
}
