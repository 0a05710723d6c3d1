// Eleven days. A longer duration is a mistake, most often a file size.
const MAX_SECONDS = 1_000_000;

// Far longer than any duration. The patterns below take quadratic time.
const MAX_LENGTH = 100;

const UNITS: Record<string, number> = { h: 3_600, m: 60, s: 1 };
// Frames follow the seconds in the timecodes of editing software.
const TIMECODE = /^(\d{1,2}:[0-5]\d:[0-5]\d):[0-5]\d$/;
const THOUSANDS = /^\d{1,3}(?:,\d{3})+$/;
const WITH_UNITS = /^(?:(\d+(?:\.\d+)?)(h|m|s)[a-z]*\.?[\s,:]*)+$/;

/**
 * Reads itunes:duration as whole seconds: `[[H:]M:]S[.f]` (parts may exceed 59), H:MM:SS with frames, "1,234" seconds,
 * "1h 2m", "1h30", "95 min" and "PT1H2M3S". Returns undefined for other text, for 0, and for more than 1 000 000 seconds.
 */
export function durationOf(value: string | undefined): number | undefined {
  if (value === undefined || value.length > MAX_LENGTH) return undefined;
  const text = value.trim().toLowerCase();
  const clock = THOUSANDS.test(text) ? text.replaceAll(",", "") : text.replace(TIMECODE, "$1");
  const seconds = Math.round(clockSeconds(clock) ?? fromUnits(text) ?? 0);
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

function fromUnits(text: string): number | undefined {
  const compact = text
    .replace(/^pt/, "")
    .replace(/(\d)\s+(?=[hms])/g, "$1")
    // "1h30" and "5m30": the next smaller unit.
    .replace(/([hm])\s?(\d\d)$/, (_, unit, amount) => `${unit}${amount}${unit === "h" ? "m" : "s"}`);
  if (!WITH_UNITS.test(compact)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)([hms])/g)) {
    seconds += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  }
  return seconds;
}
