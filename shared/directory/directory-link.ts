import { hasLongHost } from "../long-host.ts";

/** A link to a podcast's page in a directory. That of Apple tells where its feed is, when it is asked for `id`. */
export type DirectoryLink = { kind: "apple"; id: string } | { kind: "spotify" };

// What is stored of any URL; theirs are far shorter.
const MAX_LENGTH = 2_000;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const APPLE_HOST = /(^|\.)(podcasts|itunes)\.apple\.com$/;

/** Reads what people share from a directory, with or without its scheme; an episode's link stands for its podcast. */
export function readDirectoryLink(text: string): DirectoryLink | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const input = text.trim();
  if (/^spotify:/i.test(input)) return { kind: "spotify" };
  const address = SCHEME.test(input) ? input : `https://${input}`;
  const url = hasLongHost(address) ? null : URL.parse(address);
  if (url === null) return undefined;
  // A scheme that is not the web's (`podcasts://`) leaves the host as it was written.
  const host = url.hostname.toLowerCase();
  if (host === "open.spotify.com") return { kind: "spotify" };
  const id = APPLE_HOST.test(host) ? readAppleId(url) : undefined;
  return id === undefined ? undefined : { kind: "apple", id };
}

/** `/us/podcast/a-title/id123`, and iTunes' own `viewPodcast?id=123`. */
function readAppleId({ pathname, searchParams }: URL): string | undefined {
  const inPath = /\/podcast\/(?:[^/]+\/)?id(\d{1,19})\/?$/i.exec(pathname)?.[1];
  if (inPath !== undefined || !/\/viewPodcast$/i.test(pathname)) return inPath;
  return /^\d{1,19}$/.exec(searchParams.get("id") ?? "")?.[0];
}
