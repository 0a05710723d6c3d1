// Eleven days. A longer duration is a mistake, most often a file size.
const MAX_SECONDS = 1_000_000;

// Far longer than any duration. The patterns below take quadratic time.
const MAX_LENGTH = 100;

// Frames follow the seconds in the timecodes of editing software.
const TIMECODE = /^(\d{1,2}:[0-5]\d:[0-5]\d):\d{1,2}$/;
const THOUSANDS = /^\d{1,3}(?:,\d{3})+$/;
const CLOCK = /(?<![\d:.])\d{1,3}:\d{1,2}(?::\d{1,2})?(?![\d:])/g;
const AMOUNT = /(\d+(?:[.,]\d+)?)\s*(\p{L}+|''|["'″”])?/gu;
const CONNECTORS = /\b(?:and|und|et|y|e|en|og|och)\b|[\s.,:&+]/g;

// By the first letters of units in the languages of feeds, the longest first, with the seconds of each.
const UNITS: [start: RegExp, seconds: number][] = [
  [/^(?:h|st|uur|ure|or[ae]$|saat|tim|god|ч)/, 3_600],
  [/^(?:m|dk|dak|м|'$)/, 60],
  [/^(?:s|с|''|["″”])/, 1],
];

/**
 * Reads itunes:duration as whole seconds: `[[H:]M:]S[.f]` (parts may exceed 59), H:MM:SS with frames, a clock time among
 * words ("Duration: 1:20:04"), "1,234" seconds, "1h 2m", "1h30", "95 min", "1h04´" and "PT1H2M3S". Returns undefined for
 * other text, for 0, and for more than 1 000 000 seconds.
 */
export function durationOf(value: string | undefined): number | undefined {
  if (value === undefined || value.length > MAX_LENGTH) return undefined;
  const text = value
    .replace(/[´’′]/g, "'")
    .normalize("NFKC")
    .toLowerCase()
    .replace(/<[^>]*>/g, " ")
    .trim();
  const clock = THOUSANDS.test(text) ? text.replaceAll(",", "") : text.replace(TIMECODE, "$1");
  const seconds = Math.round(clockSeconds(clock) ?? clockWithin(text) ?? fromUnits(text) ?? 0);
  return seconds > 0 && seconds <= MAX_SECONDS ? seconds : undefined;
}

/** Reads `[[H:]M:]S[.f]` as seconds with their fraction; parts may exceed 59. */
export function clockSeconds(text: string): number | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const parts = /^(?:(?:(\d*)\s*:)?\s*(\d*)\s*:)?\s*(\d+(?:[.,]\d*)?)$/.exec(text.trim().replaceAll(";", ":"));
  if (parts === null) return undefined;
  const [, hours, minutes, seconds] = parts;
  const total = Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds?.replace(",", ".") ?? 0);
  return total <= MAX_SECONDS ? total : undefined;
}

/** Reads the only clock time in a text without other digits. Spreadsheets write 0:45:10 as "12:45:10 AM". */
function clockWithin(text: string): number | undefined {
  const trimmed = text.replace(/^[\s:.]+/, "").replace(/[\s:.]+$/, "");
  const [clock, ...others] = trimmed.match(CLOCK) ?? [];
  if (clock === undefined || others.length > 0 || /\d/.test(trimmed.replace(clock, "")) || /\bpm\b/.test(text))
    return undefined;
  return clockSeconds(/\bam\b/.test(text) ? clock.replace(/^12:/, "0:") : clock);
}

/** Reads amounts with units from hours down. The last may lack its unit: "1h30". */
function fromUnits(text: string): number | undefined {
  const amounts = text.replace(/^pt(?=\d)/, "");
  if (amounts.replace(AMOUNT, "").replace(CONNECTORS, "") !== "") return undefined;
  let seconds = 0;
  let previous = Number.POSITIVE_INFINITY;
  for (const { 1: amount = "", 2: name } of amounts.matchAll(AMOUNT)) {
    const isRest = name === undefined && previous <= 3_600 && previous > 1;
    const unit = isRest ? previous / 60 : UNITS.find(([start]) => start.test(name ?? ""))?.[1];
    if (unit === undefined || unit >= previous) return undefined;
    seconds += Number(amount.replace(",", ".")) * unit;
    previous = isRest ? 1 : unit;
  }
  return seconds;
}
