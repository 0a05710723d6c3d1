import type { IncomingHttpHeaders } from "node:http";
import { domainsAbove } from "./parent-domains.ts";
import {
  browserName,
  endedBrowserCookie,
  endedSessionCookie,
  isHttps,
  readAll,
  type Site,
  sessionName,
} from "./session-cookie.ts";

// Counts how often a request was sent again because of its cookies. Ten seconds only have to outlast the redirects.
const AGAIN_COOKIE = "podcore-again";
const AGAIN_SECONDS = 10;
// Once to see if cookies come twice, and once without those of another host.
const NUM_AGAIN_MAX = 2;
// Bounds the reply's headers. Podcore's paths have at most six segments.
const NUM_SEGMENTS_MAX = 6;

export type Tossed = {
  /** Set-Cookie values. */
  cookies: string[];
  /** The request can be sent again: without the tossed cookies, only the browser's own are left. */
  canRetry: boolean;
};

/**
 * Deletes "tossed" cookies: cookies that another host under the same domain set beside the site's own. It is possible
 * on http only, since the name prefix of https prevents it. Another host cannot set a cookie for exactly this host, so
 * a cookie for a parent domain, or for a path below the root, is not ours. Our own cookie stays, so that no other host
 * can log a user out. But if all values of a name are equal, ours is a copy that this site made of the other (see
 * `identify`), and is deleted too.
 */
export function deleteTossed(headers: IncomingHttpHeaders, { site, path }: { site: Site; path: string }): Tossed {
  if (isHttps(site)) return { cookies: [endedSessionCookie(site), endedBrowserCookie(site)], canRetry: false };
  const names = [sessionName(site), browserName(site)];
  const isCopied = (name: string) => {
    const values = readAll(headers, name);
    return values.length > 1 && new Set(values).size === 1;
  };
  const again = sendAgain(headers);
  const paths = pathsAbove(path);
  const scopes = [
    ...paths.filter((one) => one !== "/").map((one) => `Path=${one}`),
    ...domainsAbove(new URL(site.publicUrl).hostname).flatMap((domain) =>
      paths.map((one) => `Domain=${domain}; Path=${one}`),
    ),
  ];
  return {
    cookies: [
      ...names.flatMap((name) => scopes.map((scope) => `${name}=; ${scope}; Max-Age=0`)),
      ...(isCopied(sessionName(site)) ? [endedSessionCookie(site)] : []),
      ...(isCopied(browserName(site)) ? [endedBrowserCookie(site)] : []),
      ...again.cookies,
    ],
    canRetry: again.canRetry,
  };
}

/** Returns the cookie that counts how often a request was sent again, and whether it may be sent again now. */
export function sendAgain(headers: IncomingHttpHeaders): Tossed {
  const numBefore = Math.max(0, ...readAll(headers, AGAIN_COOKIE).map((value) => Number(value) || NUM_AGAIN_MAX));
  return {
    cookies: [`${AGAIN_COOKIE}=${numBefore + 1}; Path=/; Max-Age=${AGAIN_SECONDS}; HttpOnly; SameSite=Lax`],
    canRetry: numBefore < NUM_AGAIN_MAX,
  };
}

/** Returns the Set-Cookie values for a repeated request whose tossed cookies are gone. */
export function forgetRetry(headers: IncomingHttpHeaders): string[] {
  return readAll(headers, AGAIN_COOKIE).length === 0 ? [] : [`${AGAIN_COOKIE}=; Path=/; Max-Age=0`];
}

/** Returns every Path that a cookie sent for `path` can have (RFC 6265 5.1.4). */
function pathsAbove(path: string): string[] {
  const segments = path.split("/").slice(1, NUM_SEGMENTS_MAX + 1);
  const paths = segments.map((_, i) => `/${segments.slice(0, i + 1).join("/")}`);
  // A ";" ends the attribute, so no cookie has one in its path.
  return ["/", ...paths.flatMap((one) => (one === "/" || one === path ? [one] : [one, `${one}/`]))].filter(
    (one) => !one.includes(";"),
  );
}
