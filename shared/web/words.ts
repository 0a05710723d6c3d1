const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };

/** "25 Mar 2018", in UTC: the same for all readers, so that pages can be cached. */
export function dateText(instant: Date): string {
  return `${instant.getUTCDate()} ${MONTHS[instant.getUTCMonth()]} ${instant.getUTCFullYear()}`;
}

/** "25 Mar 2018", "Announced for 30 Jan 2037", or "" for 1 January 1970: feeds and podcore mean no date by that. */
export function episodeDateText({
  publishedAt,
  announcedFor,
}: {
  publishedAt: Date;
  announcedFor: Date | null;
}): string {
  if (announcedFor !== null) return `Announced for ${dateText(announcedFor)}`;
  return publishedAt.toISOString().startsWith("1970-01-01") ? "" : dateText(publishedAt);
}

/** "25 Mar 2018, 10:29 UTC". */
export function instantText(instant: Date): string {
  return `${dateText(instant)}, ${twoDigits(instant.getUTCHours())}:${twoDigits(instant.getUTCMinutes())} UTC`;
}

/** "1 h 02 min", "42 min" or "35 s". */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** "1:02:03" or "2:03": a position in an episode. */
export function positionText(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
  const end = twoDigits(whole % 60);
  return hours === 0 ? `${minutes}:${end}` : `${hours}:${twoDigits(minutes)}:${end}`;
}

/** "43.2 MB", in decimal units. */
export function bytesText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

// In this order, since each browser's User-Agent also contains the names after it.
const BROWSERS = ["Firefox", "Edg", "OPR", "SamsungBrowser", "Chrome", "Safari"];
const BROWSER_NAMES: Record<string, string> = { Edg: "Edge", OPR: "Opera", SamsungBrowser: "Samsung Internet" };
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux"];
const SYSTEM_NAMES: Record<string, string> = { Macintosh: "macOS", CrOS: "ChromeOS" };

/** "Firefox on Linux", so that a user can tell browsers apart; otherwise the start of the User-Agent. */
export function browserText(userAgent: string | null): string {
  if (!userAgent) return "Unknown";
  const browser = BROWSERS.find((name) => userAgent.includes(`${name}/`));
  const system = SYSTEMS.find((name) => userAgent.includes(name));
  if (browser === undefined) return startOf(userAgent, { maxCharacters: 60 });
  const name = BROWSER_NAMES[browser] ?? browser;
  return system === undefined ? name : `${name} on ${SYSTEM_NAMES[system] ?? system}`;
}

/** Returns the start of a plain text as one line, cut between words and with an ellipsis. */
export function startOf(text: string, { maxCharacters }: { maxCharacters: number }): string {
  const trimmed = text.trimStart();
  // A character takes at most two code units, and blanks rarely as many again, so long texts are not read to the end.
  const read = trimmed.slice(0, maxCharacters * 4);
  return cut(read, { maxCharacters, isWhole: read === trimmed });
}

/** Returns the start of sanitized show notes as plain text. */
export function startOfNotes(notesHtml: string, { maxCharacters }: { maxCharacters: number }): string {
  // Markup (mostly links) is often longer than the text, but rarely eight times.
  const read = notesHtml.slice(0, maxCharacters * 8);
  const text = read
    .replace(/<[^<>]*(>|$)/g, " ")
    .replace(/&[a-z0-9#]*$/, "")
    .replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity);
  return cut(text, { maxCharacters, isWhole: read === notesHtml });
}

function cut(text: string, { maxCharacters, isWhole }: { maxCharacters: number; isWhole: boolean }): string {
  const line = text.replace(/\s+/g, " ").trim();
  // Splits by characters, so that none is cut in half, if the text has any of two code units.
  const characters = /[\ud800-\udfff]/.test(line) ? [...line] : line;
  if (line === "" || (isWhole && characters.length <= maxCharacters)) return line;
  const [start, wide] = [maxCharacters - 1, maxCharacters].map((end) => textOf(characters.slice(0, end)));
  if (start === undefined || wide === undefined) return line;
  const words = wide.slice(0, Math.max(0, wide.lastIndexOf(" ")));
  // A script without spaces, or a very long word, is cut anywhere.
  return `${words.length > start.length / 2 ? words.replace(/(?<![\s,;:.–—-])[\s,;:.–—-]+$/, "") : start}…`;
}

function textOf(characters: string | string[]): string {
  return typeof characters === "string" ? characters : characters.join("");
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
