import { isSecretName } from "../secret-names.ts";

/**
 * Drops credentials and the fragment from a URL and masks query parameters that look like secrets, for logs and errors.
 *
 * @param isPrivate masks all behind the host: what the path of a private feed holds may be as good as a password
 */
export function redactUrl(url: string, { isPrivate = false } = {}): string {
  const [address = ""] = url.split("#", 1);
  const [path = ""] = address.split("?", 1);
  if (isPrivate) return dropCredentials(path).replace(/^(\s*(?:[a-z][a-z0-9+.-]*:)?[\\/]*[^\\/]*).*$/is, "$1/***");
  return dropCredentials(path) + maskSecrets(address.slice(path.length));
}

/** Masks all behind the host of the web addresses in a text, as `redactUrl` does of a private feed's. */
export function redactPaths(text: string): string {
  return text.replace(/(https?:\/\/[^/?#\s"]*)[^\s"]*/gi, "$1/***");
}

// Greedy up to the last `@` of the authority, as WHATWG URL reads it; works on text that is no URL as well. Backslashes
// and any number of slashes count as `//`, because `new URL()` takes them so.
function dropCredentials(address: string): string {
  return address.replace(/^(\s*(?:[a-z][a-z0-9+.-]*:)?[\\/]*)[^\\/]*@/i, "$1");
}

function maskSecrets(query: string): string {
  return query.replace(/([?&;])([^=&;]*)=[^&;]*/g, (parameter, separator: string, name: string) =>
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
