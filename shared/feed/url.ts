import { hasLongHost } from "../long-host.ts";
import { LIMITS } from "./model.ts";
import { rawOf } from "./text.ts";

// "www.example.com" and "example.com/page": a host with a common ending. The endings of files are not among them.
const HOST =
  /^(?:www\.[^\s/]|(?:[a-z0-9-]+\.)+(?:com|org|net|info|edu|gov|fm|io|de|fr|it|es|uk|nl|ch|at|se|no|fi|dk|br|ru|jp|au|ca|eu)(?:$|[/:?#]))/i;

/**
 * Returns an absolute http or https URL, resolved against `base`. Repairs ampersands that were escaped twice, and addresses
 * without a scheme or with a damaged one. Rejects URLs that are too long, because a truncated URL would be another URL.
 */
export function webUrl(value: string | undefined, base: string | undefined): string | undefined {
  if (value === undefined || value.length > LIMITS.url * 2) return undefined;
  const text = withScheme(value.trim().replaceAll("&amp;", "&"));
  if (text === "" || hasLongHost(text)) return undefined;
  const url = URL.parse(text, base);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  return url.href.length <= LIMITS.url ? url.href : undefined;
}

// Schemes of the podcast namespace's examples and protocols, for which apps have programs of their own.
const OTHER_URI = /^(?:at|ipfs|lightning|magnet|matrix|nostr|xmpp):[^\s"<>]+$/i;

/** Returns an http or https URL like `webUrl`, or a URI of another scheme that apps of podcasts know. */
export function anyUri(value: string | undefined, base: string | undefined): string | undefined {
  const text = value?.trim() ?? "";
  return OTHER_URI.test(text) && text.length <= LIMITS.url ? rawOf(text, LIMITS.url) : webUrl(value, base);
}

/** Returns an address, or several with commas, for a URL parser: with its scheme, and empty if it would take too long. */
export function resolvable(value: string): string {
  return value.split(",").some((address) => hasLongHost(address)) ? "" : withScheme(value.trim());
}

/** Returns an address of reasonable length with its scheme: "example.com", "http//example.com" and "http%3A%2F%2Fexample.com" lack one. */
function withScheme(address: string): string {
  if (address.length > LIMITS.url * 2) return address;
  const whole = /^https?%3a/i.test(address) ? decoded(address) : address;
  if (HOST.test(whole)) return `http://${whole}`;
  return whole.replace(/^(?:https?:\/\/)+(?=https?:)/i, "").replace(/^(https?)(?::\/*|\/\/+)/i, "$1://");
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
