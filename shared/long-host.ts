// RFC 1035 2.3.4. Longer text is not a host name, and the URL parser's time grows with the square of a label's length.
const MAX_HOST = 253;
const MAX_LABEL = 63;
// ":65535"
const MAX_PORT = 6;

// Everything that a URL parser skips before the host, including any number of slashes and backslashes.
const BEFORE_AUTHORITY = /^[\0- ]*(?:[a-z][a-z0-9+.-]*:)?[\\/]*/i;

/**
 * Returns true if a possible URL has a host longer than any DNS name, without parsing it. Text without a host, such as a
 * relative path, is never too long.
 */
export function hasLongHost(text: string): boolean {
  // The URL parser drops tabs and line breaks anywhere.
  const url = text.replaceAll(/[\t\r\n]+/g, "");
  const start = BEFORE_AUTHORITY.exec(url)?.[0] ?? "";
  if (!/[:\\/]/.test(start)) return false;
  const [authority = ""] = url.slice(start.length).split(/[\\/?#]/, 1);
  // Each percent-encoded byte counts as one character.
  const host = authority.slice(authority.lastIndexOf("@") + 1).replaceAll(/%[0-9a-f]{2}/gi, "x");
  return host.length > MAX_HOST + MAX_PORT || host.split(/[.。:]/).some((label) => label.length > MAX_LABEL);
}
