import { isSecretName } from "../secret-names.ts";

// What is stored of any URL. More tells nobody anything.
const MAX_CHARS = 2_000;

// What stands before user name and host. Backslashes and any number of slashes count as `//`, because `new URL()` takes
// them so. It matches text that is no URL as well.
const BEFORE_AUTHORITY = /^\s*(?:[a-z][a-z0-9+.-]*:)?[\\/]*/i;

/**
 * Drops credentials and the fragment from a URL and masks query parameters that look like secrets, for logs and errors.
 * Cuts what is over 2 000 characters.
 *
 * @param isPrivate masks all behind the host: what the path of a private feed holds may be as good as a password
 */
export function redactUrl(url: string, { isPrivate = false } = {}): string {
  const isCut = url.length > MAX_CHARS;
  const { start, authority, path, query } = split(isCut ? url.slice(0, MAX_CHARS) : url);
  // Where the cut is within the authority, what is left of it may be a password.
  const isHostCut = isCut && path === "" && query === "";
  const host = isHostCut ? "" : authority.slice(authority.lastIndexOf("@") + 1);
  if (isPrivate) return `${start}${host}/***`;
  return `${start}${host}${path}${maskSecrets(query)}${isCut ? "..." : ""}`;
}

/** Masks all behind the host of the web addresses in a text, as `redactUrl` does of a private feed's. */
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
