import { isSecretName } from "../secret-names.ts";

// The longest URL that is stored. More characters do not help a reader of logs.
const MAX_CHARS = 2_000;

// The part before user name and host. Backslashes and any number of slashes count as `//`, as in `new URL()`. Also matches
// text that is not a URL.
const BEFORE_AUTHORITY = /^\s*(?:[a-z][a-z0-9+.-]*:)?[\\/]*/i;

/**
 * Prepares a URL for logs and errors: removes credentials and the fragment, and masks query parameters whose names mean a
 * secret. Truncates it to 2 000 characters.
 *
 * @param isPrivate masks everything after the host, because a private feed's path may be as good as a password
 */
export function redactUrl(url: string, { isPrivate = false } = {}): string {
  const isCut = url.length > MAX_CHARS;
  const { start, authority, path, query } = split(isCut ? url.slice(0, MAX_CHARS) : url);
  // If the URL was truncated within the authority, the rest may be a password.
  const isHostCut = isCut && path === "" && query === "";
  const host = isHostCut ? "" : authority.slice(authority.lastIndexOf("@") + 1);
  if (isPrivate) return `${start}${host}/***`;
  return `${start}${host}${path}${maskSecrets(query)}${isCut ? "..." : ""}`;
}

/** Masks everything after the host in all http(s) URLs of a text, like `redactUrl` for private feeds. */
export function redactPaths(text: string): string {
  return text.replace(/(https?:\/\/[^/?#\s"]*)[^\s"]*/gi, "$1/***");
}

/** Splits a URL without its fragment; `query` begins with its question mark. */
function split(url: string): { start: string; authority: string; path: string; query: string } {
  const address = until(url, /#/);
  const beforeQuery = until(address, /\?/);
  const start = BEFORE_AUTHORITY.exec(beforeQuery)?.[0] ?? "";
  const rest = beforeQuery.slice(start.length);
  const authority = until(rest, /[\\/]/);
  return { start, authority, path: rest.slice(authority.length), query: address.slice(beforeQuery.length) };
}

function until(text: string, end: RegExp): string {
  const index = text.search(end);
  return index === -1 ? text : text.slice(0, index);
}

function maskSecrets(query: string): string {
  return query.replace(/([?&;])([^=&;?]*)=[^&;]*/g, (parameter, separator: string, name: string) =>
    isSecretName(decode(name)) ? `${separator}${name}=***` : parameter,
  );
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
