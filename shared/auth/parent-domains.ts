import { isIP } from "node:net";
import { isHttps, type Site } from "./session-cookie.ts";

// Bounds a reply's headers. Names under sslip.io have a handful of parents.
const NUM_PARENTS_MAX = 6;

/**
 * True if another host, below the site's own name or a parent domain, can set cookies for the site. On https the cookies'
 * name prefix prevents it.
 */
export function canBeTossed(site: Site): boolean {
  return !isHttps(site) && domainsAbove(new URL(site.publicUrl).hostname).length > 0;
}

/** Returns the host and its parents, down to two labels. IP addresses and single-label names have no domain cookies. */
export function domainsAbove(hostname: string): string[] {
  if (isIP(hostname) !== 0 || hostname.startsWith("[")) return [];
  const labels = hostname.split(".");
  return labels
    .slice(0, -1)
    .map((_, i) => labels.slice(i).join("."))
    .slice(0, NUM_PARENTS_MAX);
}
