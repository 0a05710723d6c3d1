import { hasLongHost } from "../long-host.ts";

/** A link to a podcast's page in a directory. Apple's lookup API returns the feed's URL for an `id`. */
export type DirectoryLink = { kind: "apple"; id: string } | { kind: "spotify" };

// The longest URL that is stored anywhere; theirs are far shorter.
const MAX_LENGTH = 2_000;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const APPLE_HOST = /(^|\.)(podcasts|itunes)\.apple\.com$/;

/** Reads a link as people share it from a directory, with or without a scheme. An episode's link means its podcast. */
export function readDirectoryLink(text: string): DirectoryLink | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const input = text.trim();
  if (/^spotify:/i.test(input)) return { kind: "spotify" };
  const address = SCHEME.test(input) ? input : `https://${input}`;
  const url = hasLongHost(address) ? null : URL.parse(address);
  if (url === null) return undefined;
  // URL leaves the host of a non-web scheme (`podcasts://`) as written.
  const host = url.hostname.toLowerCase();
  if (host === "open.spotify.com") return { kind: "spotify" };
  const id = APPLE_HOST.test(host) ? readAppleId(url) : undefined;
  return id === undefined ? undefined : { kind: "apple", id };
}

/** Reads `/us/podcast/a-title/id123`, and iTunes' own `viewPodcast?id=123`. */
function readAppleId({ pathname, searchParams }: URL): string | undefined {
  const inPath = /\/podcast\/(?:[^/]+\/)?id(\d{1,19})\/?$/i.exec(pathname)?.[1];
  if (inPath !== undefined || !/\/viewPodcast$/i.test(pathname)) return inPath;
  return /^\d{1,19}$/.exec(searchParams.get("id") ?? "")?.[0];
}
