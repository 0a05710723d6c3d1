import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import {
  browserName,
  endedBrowserCookie,
  endedSessionCookie,
  isHttps,
  readAll,
  type Site,
  sessionName,
} from "./session-cookie.ts";

// Says that the request before was sent again because of its cookies. Seconds: it only has to outlast one redirect.
const AGAIN_COOKIE = "podcore-again";
const AGAIN_SECONDS = 10;
// Bounds the reply's headers. Paths of podcore have six segments at most; sslip.io's names have a handful of parents.
const NUM_PARENTS_MAX = 6;
const NUM_SEGMENTS_MAX = 6;

export type Tossed = {
  /** Values of Set-Cookie. */
  cookies: string[];
  /** The request can be sent again: without the tossed cookies it is the browser's own. */
  canRetry: boolean;
};

/**
 * Deletes the cookies that another host under the same domain put beside the site's own ("tossed"), which takes http: the
 * prefix of https's names rules that out. A host cannot set a cookie for this host alone, so those for a parent domain, or
 * for a path below the root, are not ours. Ours stays, so nobody is logged out by another host's cookie; but where all
 * values are the same, ours is a copy that this site made of the other (see `identify`), and is deleted, too.
 */
export function deleteTossed(headers: IncomingHttpHeaders, { site, path }: { site: Site; path: string }): Tossed {
  if (isHttps(site)) return { cookies: [endedSessionCookie(site), endedBrowserCookie(site)], canRetry: false };
  const names = [sessionName(site), browserName(site)];
  const isCopied = names.every((name) => {
    const values = readAll(headers, name);
    return values.length > 1 && new Set(values).size === 1;
  });
  const paths = pathsAbove(path);
  const places = [
    ...paths.filter((one) => one !== "/").map((one) => `Path=${one}`),
    ...domainsAbove(new URL(site.publicUrl).hostname).flatMap((domain) =>
      paths.map((one) => `Domain=${domain}; Path=${one}`),
    ),
  ];
  return {
    cookies: [
      ...names.flatMap((name) => places.map((place) => `${name}=; ${place}; Max-Age=0`)),
      ...(isCopied ? [endedSessionCookie(site), endedBrowserCookie(site)] : []),
      `${AGAIN_COOKIE}=1; Path=/; Max-Age=${AGAIN_SECONDS}; HttpOnly; SameSite=Lax`,
    ],
    canRetry: readAll(headers, AGAIN_COOKIE).length === 0,
  };
}

/** Values of Set-Cookie for a request that had been sent again, and has no tossed cookie any longer. */
export function forgetRetry(headers: IncomingHttpHeaders): string[] {
  return readAll(headers, AGAIN_COOKIE).length === 0 ? [] : [`${AGAIN_COOKIE}=; Path=/; Max-Age=0`];
}

/** Every Path that a cookie which came for `path` may have (RFC 6265 5.1.4). */
function pathsAbove(path: string): string[] {
  const segments = path.split("/").slice(1, NUM_SEGMENTS_MAX + 1);
  const paths = segments.map((_, i) => `/${segments.slice(0, i + 1).join("/")}`);
  // A ";" would end the attribute, so no cookie has it in its path.
  return ["/", ...paths.flatMap((one) => (one === "/" || one === path ? [one] : [one, `${one}/`]))].filter(
    (one) => !one.includes(";"),
  );
}

/** The host and its parents, down to two labels. An address, or a name of one label, has no cookies for a domain. */
function domainsAbove(hostname: string): string[] {
  if (isIP(hostname) !== 0 || hostname.startsWith("[")) return [];
  const labels = hostname.split(".");
  return labels
    .slice(0, -1)
    .map((_, i) => labels.slice(i).join("."))
    .slice(0, NUM_PARENTS_MAX);
}
