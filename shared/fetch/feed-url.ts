import { UserError } from "../errors.ts";
import { hasLongHost } from "../long-host.ts";
import { isSecretName } from "../secret-names.ts";
import { isSubscribersFeed } from "./feed-hosts.ts";
import { redactUrl } from "./redact.ts";

// Schemes that podcast apps register so that links open them. They stand for http(s). Both `feed://example.com` and
// `feed://https://example.com` are in use.
const PODCAST_SCHEME = /^(?:feed|itpc|pcast|podcast):(?:\/\/(?=https?:\/\/))?/i;
// A colon followed by a digit separates a host from its port: `example.com:8080/feed`.
const SCHEME = /^[a-z][a-z0-9+.-]*:(?!\d)/i;

// The longest URL that is stored.
const MAX_LENGTH = 2_000;

/**
 * Normalizes a feed address that a person entered to the form that is stored: http or https, no fragment, lower-case host
 * without a trailing dot, no default port. Keeps credentials.
 *
 * @throws UserError 400 if it is not such an address
 */
export function normalizeFeedUrl(input: string): string {
  // First, because the steps below read the whole input.
  if (input.length > MAX_LENGTH) throw tooLong(input);
  const address = addScheme(input.trim());
  const url = hasLongHost(address) ? null : URL.parse(address);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new UserError(400, `Cannot use "${redactUrl(input)}" as a feed URL`);
  }
  url.hash = "";
  url.hostname = dotless(url.hostname);
  if (url.href.length > MAX_LENGTH) throw tooLong(input);
  return url.href;
}

/** Removes the trailing dot of a URL's host name: with it, the URL of the same feed would be another one. */
export function withoutTrailingDot(feedUrl: string): string {
  const url = URL.parse(feedUrl);
  if (url === null || !url.hostname.endsWith(".")) return feedUrl;
  url.hostname = dotless(url.hostname);
  return url.href;
}

function dotless(hostname: string): string {
  return hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
}

/**
 * Returns true if a feed's URL contains a secret: a user name or password, a query parameter whose name means a secret, or
 * a podcast host's URL for one subscriber. The feed is then private, because anyone with the URL can read it.
 */
export function carriesSecret(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  return hasCredentials(url) || [...parsed.searchParams.keys()].some(isSecretName) || isSubscribersFeed(parsed);
}

/** Returns true if a URL contains a user name or a password. */
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
