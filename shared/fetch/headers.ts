/** Headers of a response by lower-case name. */
export type Headers = Record<string, string | undefined>;

// Longer validators are not stored, so the next request is unconditional.
const MAX_VALIDATOR_LENGTH = 8 * 1024;
// A host that asks for a longer pause would practically remove its feed.
const MAX_RETRY_AFTER_MS = 7 * 24 * 60 * 60 * 1000;
// RFC 9111 1.2.2: larger numbers of seconds count as this one.
const MAX_DELTA_SECONDS = 2 ** 31;
// Headers defined as lists, which a server may send in several lines (RFC 9110 5.3). Of other headers the first line counts.
const LIST_HEADERS = new Set(["cache-control", "content-encoding", "link"]);

/**
 * Reads Node's `rawHeaders`. Leaves out Set-Cookie, so that it is never stored. Control characters become spaces (RFC 9110
 * 5.5), because Postgres stores no NUL.
 */
export function readHeaders(rawHeaders: string[]): Headers {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    const value = (rawHeaders[index + 1] ?? "").replace(/[^\t\P{Cc}\x80-\x9f]/gu, " ");
    const before = headers.get(name);
    if (name === "set-cookie") continue;
    if (before === undefined) headers.set(name, value);
    else if (LIST_HEADERS.has(name)) headers.set(name, `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}

/** Returns an ETag or Last-Modified verbatim, one character per byte; undefined if it is too long to store. */
export function readValidator(value: string | undefined): string | undefined {
  return value === undefined || value === "" || value.length > MAX_VALIDATOR_LENGTH ? undefined : value;
}

/** Returns conditional headers with the stored validators, byte for byte. Leaves out validators that are not valid in a header. */
export function conditionalHeaders({ etag, lastModified }: { etag?: string; lastModified?: string }) {
  const headers: Record<string, string> = {};
  if (isSendable(etag)) headers["If-None-Match"] = etag;
  if (isSendable(lastModified)) headers["If-Modified-Since"] = lastModified;
  return headers;
}

function isSendable(value: string | undefined): value is string {
  return readValidator(value) !== undefined && /^[\t\x20-\x7e\x80-\xff]*$/.test(value ?? "");
}

/**
 * Reads Retry-After, at most 7 days. It is a number of seconds or a date (RFC 9110 10.2.3); dates are relative to the
 * server's own clock.
 */
export function readRetryAfterMs(headers: Headers): number | undefined {
  const value = headers["retry-after"]?.trim() ?? "";
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : untilMs(value, headers.date);
  return ms === undefined ? undefined : Math.min(ms, MAX_RETRY_AFTER_MS);
}

function untilMs(value: string, serverDate: string | undefined): number | undefined {
  const at = parseHttpDate(value);
  if (at === undefined) return undefined;
  const ms = at - (parseHttpDate(serverDate) ?? Date.now());
  return ms < 0 ? undefined : ms;
}

// Parses the three formats of RFC 9110 5.6.7. All begin with a weekday; `Date.parse` alone would accept "-5".
function parseHttpDate(value: string | undefined): number | undefined {
  if (value === undefined || !/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(value)) return undefined;
  const at = Date.parse(/ (gmt|utc|[+-]\d{4})$/i.test(value) ? value : `${value} GMT`);
  return Number.isNaN(at) ? undefined : at;
}

/**
 * Returns how long the response stays fresh: Cache-Control max-age, or else Expires, minus Age (RFC 9111 4.2). Undefined with
 * no-cache or no-store, and for an Expires that has passed or is not a date, such as 0.
 */
export function readCacheMaxAgeMs(headers: Headers): number | undefined {
  const directives = (headers["cache-control"] ?? "").split(",").map((directive) => directive.trim().toLowerCase());
  if (directives.includes("no-cache") || directives.includes("no-store")) return undefined;
  const maxAge = directives.map((directive) => /^max-age="?(\d+)"?$/.exec(directive)?.[1]).find(Boolean);
  const freshMs = maxAge === undefined ? untilMs(headers.expires ?? "", headers.date) : Number(maxAge) * 1000;
  if (freshMs === undefined) return undefined;
  const age = /^\d+$/.test(headers.age ?? "") ? Number(headers.age) : 0;
  return Math.max(0, Math.min(freshMs, MAX_DELTA_SECONDS * 1000) - age * 1000);
}
