import { UserError } from "../errors.ts";
import { hasLongHost } from "../long-host.ts";
import { isSecretName } from "../secret-names.ts";
import { isSubscribersFeed } from "./feed-hosts.ts";
import { redactUrl } from "./redact.ts";

// Schemes that podcast apps register to be opened by a link; what they mean is the web. Both `feed://example.com` and
// `feed://https://example.com` are about.
const PODCAST_SCHEME = /^(?:feed|itpc|pcast|podcast):(?:\/\/(?=https?:\/\/))?/i;
// A colon and a digit is a host and its port: `example.com:8080/feed`.
const SCHEME = /^[a-z][a-z0-9+.-]*:(?!\d)/i;

// What is stored of any URL.
const MAX_LENGTH = 2_000;

/**
 * Brings what people paste as a feed's address into the one form that is stored: http or https, no fragment, lower-case
 * host, no default port, credentials kept. Throws a UserError 400 when it is no such address.
 */
export function normalizeFeedUrl(input: string): string {
  // Before anything else: what follows would read all of it.
  if (input.length > MAX_LENGTH) throw tooLong(input);
  const address = addScheme(input.trim());
  const url = hasLongHost(address) ? null : URL.parse(address);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new UserError(400, `Cannot use "${redactUrl(input)}" as a feed URL`);
  }
  url.hash = "";
  if (url.href.length > MAX_LENGTH) throw tooLong(input);
  return url.href;
}

/**
 * Says whether whoever has a feed's URL can read what others have paid for: it has a password, a query parameter whose name
 * says so, or is one that a podcast host gives to one subscriber. The feed is private then.
 */
export function carriesSecret(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  return hasCredentials(url) || [...parsed.searchParams.keys()].some(isSecretName) || isSubscribersFeed(parsed);
}

/** Says whether a URL carries a user name or a password. */
export function hasCredentials(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && (parsed.username !== "" || parsed.password !== "");
}

function tooLong(input: string): UserError {
  const shown = redactUrl(input).slice(0, 100);
  return new UserError(400, `Cannot use "${shown}..." as a feed URL: it is over ${MAX_LENGTH} characters`);
}

function addScheme(input: string): string {
  const address = input.replace(PODCAST_SCHEME, "");
  if (address.startsWith("//")) return `https:${address}`;
  return SCHEME.test(address) ? address : `https://${address}`;
}
