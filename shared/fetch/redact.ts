import { isSecretName } from "../secret-names.ts";

/** Drops credentials and the fragment from a URL and masks query parameters that look like secrets, for logs and errors. */
export function redactUrl(url: string): string {
  const [address = ""] = url.split("#", 1);
  const queryAt = address.indexOf("?");
  if (queryAt === -1) return dropCredentials(address);
  return dropCredentials(address.slice(0, queryAt)) + maskSecrets(address.slice(queryAt));
}

/** Leaves only the hosts of the web addresses in a text: what a private feed's path holds may be as good as a password. */
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
