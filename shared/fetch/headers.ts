/** Headers of a reply by lower-cased name. */
export type Headers = Record<string, string | undefined>;

// Longer ones are not stored, so that the next request is unconditional.
const MAX_VALIDATOR_LENGTH = 8 * 1024;
// A host that asks for more than a week is asking us to forget it.
const MAX_RETRY_AFTER_MS = 7 * 24 * 60 * 60 * 1000;
// RFC 9111 1.2.2: a larger number of seconds means this one.
const MAX_DELTA_SECONDS = 2 ** 31;
// Lists by definition, which a server may spread over several lines (RFC 9110 5.3). Of all others the first line counts.
const LIST_HEADERS = new Set(["cache-control", "content-encoding", "link"]);

/** Reads node's `rawHeaders`. Set-Cookie is left out, so that nobody ever stores one. */
export function readHeaders(rawHeaders: string[]): Headers {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    const value = rawHeaders[index + 1] ?? "";
    const before = headers.get(name);
    if (name === "set-cookie") continue;
    if (before === undefined) headers.set(name, value);
    else if (LIST_HEADERS.has(name)) headers.set(name, `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}

/** Gives an ETag or Last-Modified exactly as it came, each byte a character; undefined when it is too long to keep. */
export function readValidator(value: string | undefined): string | undefined {
  return value === undefined || value === "" || value.length > MAX_VALIDATOR_LENGTH ? undefined : value;
}

/** Gives conditional headers with exactly the stored bytes. What cannot stand in a header is not sent at all. */
export function conditionalHeaders({ etag, lastModified }: { etag?: string; lastModified?: string }) {
  const headers: Record<string, string> = {};
  if (isSendable(etag)) headers["If-None-Match"] = etag;
  if (isSendable(lastModified)) headers["If-Modified-Since"] = lastModified;
  return headers;
}

function isSendable(value: string | undefined): value is string {
  return readValidator(value) !== undefined && /^[\t\x20-\x7e\x80-\xff]*$/.test(value ?? "");
}

/** Reads Retry-After, seconds or a date against the server's own clock (RFC 9110 10.2.3), at most 7 days. */
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

// The three forms of RFC 9110 5.6.7. They all begin with a weekday; `Date.parse` alone would make a date of "-5".
function parseHttpDate(value: string | undefined): number | undefined {
  if (value === undefined || !/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(value)) return undefined;
  const at = Date.parse(/ (gmt|utc|[+-]\d{4})$/i.test(value) ? value : `${value} GMT`);
  return Number.isNaN(at) ? undefined : at;
}

/** Gives how long the reply stays fresh: Cache-Control max-age less Age; undefined with no-cache or no-store. */
export function readCacheMaxAgeMs(headers: Headers): number | undefined {
  const directives = (headers["cache-control"] ?? "").split(",").map((directive) => directive.trim().toLowerCase());
  if (directives.includes("no-cache") || directives.includes("no-store")) return undefined;
  const maxAge = directives.map((directive) => /^max-age="?(\d+)"?$/.exec(directive)?.[1]).find(Boolean);
  if (maxAge === undefined) return undefined;
  const age = /^\d+$/.test(headers.age ?? "") ? Number(headers.age) : 0;
  return Math.max(0, Math.min(Number(maxAge), MAX_DELTA_SECONDS) - age) * 1000;
}
