// The largest value of a Postgres integer column.
const MAX_INTEGER = 2_147_483_647;

/** Reads "yes", "true", "explicit", "1" and their opposites, in any case. */
export function booleanOf(value: string | undefined): boolean | undefined {
  switch (value?.trim().toLowerCase()) {
    case "yes":
    case "true":
    case "explicit":
    case "1":
      return true;
    case "no":
    case "false":
    case "clean":
    case "notexplicit":
    case "0":
      return false;
    default:
      return undefined;
  }
}

/** Reads a whole number from 0 to 2 147 483 647. */
export function integerOf(value: string | undefined): number | undefined {
  const text = value?.trim() ?? "";
  if (!/^\d{1,10}(?:\.0+)?$/.test(text)) return undefined;
  const number = Number(text);
  return number <= MAX_INTEGER ? number : undefined;
}

/** Reads a number from 0 to 2 147 483 647 in plain notation, rounded to two decimals. */
export function decimalOf(value: string | undefined): number | undefined {
  return rounded(value, 2);
}

/** Reads seconds like `decimalOf`, rounded to milliseconds. */
export function secondsOf(value: string | undefined): number | undefined {
  return rounded(value, 3);
}

function rounded(value: string | undefined, digits: number): number | undefined {
  const text = value?.trim() ?? "";
  if (!/^\d{1,10}(?:\.\d{1,20})?$/.test(text)) return undefined;
  const number = Number(Number(text).toFixed(digits));
  return number <= MAX_INTEGER ? number : undefined;
}

// Where a text has several numbers: "S01E05", "Season 2 Episode 5".
const MARKED = { season: /(?<!\p{L})s\p{L}{0,10}\P{L}{0,3}?(\d{1,9})/u, episode: /ep?(?:isode)?\P{L}{0,3}?(\d{1,9})/u };

/** Reads the number of a season or an episode from words: "S2", "Season 2", "#12", "12a", "3/10" (3), "S01E05". */
export function ordinalOf(value: string | undefined, kind: "season" | "episode"): number | undefined {
  const text = value?.trim().toLowerCase() ?? "";
  // A longer text is about something else.
  if (text.length > 100 || text.startsWith("-")) return undefined;
  const [first, ...others] = text.match(/\d+(?:[.,]\d+)*/g) ?? [];
  if (others.length === 0) return decimalOf(first);
  return decimalOf(/^(\d+)\s*\/\s*\d+$/.exec(text)?.[1] ?? MARKED[kind].exec(text)?.[1]);
}

/** Reads a file size in bytes. 0 is undefined, because feeds write it for unknown sizes. */
export function bytesOf(value: string | undefined): number | undefined {
  const text = value?.trim() ?? "";
  if (!/^\d{1,15}$/.test(text)) return undefined;
  return Number(text) || undefined;
}
