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
  const text = value?.trim() ?? "";
  if (!/^\d{1,10}(?:\.\d{1,20})?$/.test(text)) return undefined;
  const number = Math.round(Number(text) * 100) / 100;
  return number <= MAX_INTEGER ? number : undefined;
}

/** Reads a file size in bytes. 0 is undefined, because feeds write it for unknown sizes. */
export function bytesOf(value: string | undefined): number | undefined {
  const text = value?.trim() ?? "";
  if (!/^\d{1,15}$/.test(text)) return undefined;
  return Number(text) || undefined;
}
