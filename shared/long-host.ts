// RFC 1035 2.3.4. What is longer names no host, and the URL parser's time grows with the square of a label's length.
const MAX_HOST = 253;
const MAX_LABEL = 63;
// ":65535"
const MAX_PORT = 6;

// All that a URL parser skips before the host: it takes any number of slashes of either kind.
const BEFORE_AUTHORITY = /^[\0- ]*(?:[a-z][a-z0-9+.-]*:)?[\\/]*/i;

/**
 * Tells whether a text that may become a URL names a host that no DNS name is long enough for, without parsing it. Text
 * without a host, such as a relative path, is never too long.
 */
export function hasLongHost(text: string): boolean {
  // The parser drops tabs and line ends wherever they are.
  const url = text.replaceAll(/[\t\r\n]+/g, "");
  const start = BEFORE_AUTHORITY.exec(url)?.[0] ?? "";
  if (!/[:\\/]/.test(start)) return false;
  const [authority = ""] = url.slice(start.length).split(/[\\/?#]/, 1);
  // Percent-encoded bytes count as one each.
  const host = authority.slice(authority.lastIndexOf("@") + 1).replaceAll(/%[0-9a-f]{2}/gi, "x");
  return host.length > MAX_HOST + MAX_PORT || host.split(/[.。:]/).some((label) => label.length > MAX_LABEL);
}
