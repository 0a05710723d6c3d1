const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };

/** "25 Mar 2018", in UTC: a page is the same for every reader, and so can be cached. */
export function dateText(instant: Date): string {
  return `${instant.getUTCDate()} ${MONTHS[instant.getUTCMonth()]} ${instant.getUTCFullYear()}`;
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

/** "1:02:03" or "2:03": a place in an episode. */
export function positionText(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
  const end = twoDigits(whole % 60);
  return hours === 0 ? `${minutes}:${end}` : `${hours}:${twoDigits(minutes)}:${end}`;
}

/** "43.2 MB", with decimal units. */
export function bytesText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

// The first that a User-Agent names is what it is: each pretends to be those after it.
const BROWSERS = ["Firefox", "Edg", "OPR", "SamsungBrowser", "Chrome", "Safari"];
const BROWSER_NAMES: Record<string, string> = { Edg: "Edge", OPR: "Opera", SamsungBrowser: "Samsung Internet" };
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux"];
const SYSTEM_NAMES: Record<string, string> = { Macintosh: "macOS", CrOS: "ChromeOS" };

/** "Firefox on Linux": by what its owner tells a browser from others; else the start of what it calls itself. */
export function browserText(userAgent: string | null): string {
  if (!userAgent) return "Unknown";
  const browser = BROWSERS.find((name) => userAgent.includes(`${name}/`));
  const system = SYSTEMS.find((name) => userAgent.includes(name));
  if (browser === undefined) return startOf(userAgent, { maxCharacters: 60 });
  const name = BROWSER_NAMES[browser] ?? browser;
  return system === undefined ? name : `${name} on ${SYSTEM_NAMES[system] ?? system}`;
}

/** The start of a plain text, on one line, cut between words; its last character is then an ellipsis. */
export function startOf(text: string, { maxCharacters }: { maxCharacters: number }): string {
  const trimmed = text.trimStart();
  // A character takes two code units at most and blanks are seldom as many again, so a long text is not read to its end.
  const read = trimmed.slice(0, maxCharacters * 4);
  return cut(read, { maxCharacters, isWhole: read === trimmed });
}

/** The start of sanitised show notes as plain text. */
export function startOfNotes(notesHtml: string, { maxCharacters }: { maxCharacters: number }): string {
  // Markup (links above all) is often longer than the text, but seldom eight times.
  const read = notesHtml.slice(0, maxCharacters * 8);
  const text = read
    .replace(/<[^<>]*(>|$)/g, " ")
    .replace(/&[a-z0-9#]*$/, "")
    .replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity);
  return cut(text, { maxCharacters, isWhole: read === notesHtml });
}

function cut(text: string, { maxCharacters, isWhole }: { maxCharacters: number; isWhole: boolean }): string {
  const line = text.replace(/\s+/g, " ").trim();
  // A cut between the two halves of a character would show as a wrong one; most texts have no such halves.
  const characters = /[\ud800-\udfff]/.test(line) ? [...line] : line;
  if (line === "" || (isWhole && characters.length <= maxCharacters)) return line;
  const [start, wide] = [maxCharacters - 1, maxCharacters].map((end) => textOf(characters.slice(0, end)));
  if (start === undefined || wide === undefined) return line;
  const words = wide.slice(0, Math.max(0, wide.lastIndexOf(" ")));
  // A script without spaces, or one very long word, is cut where it stands.
  return `${words.length > start.length / 2 ? words.replace(/(?<![\s,;:.–—-])[\s,;:.–—-]+$/, "") : start}…`;
}

function textOf(characters: string | string[]): string {
  return typeof characters === "string" ? characters : characters.join("");
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
