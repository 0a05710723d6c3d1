import type { IncomingHttpHeaders } from "node:http";
import { UserError } from "../errors.ts";

/**
 * Refuses a form that another site made the visitor's browser send. Checks Sec-Fetch-Site, which all current browsers send
 * to https and localhost, or else Origin. A request with neither does not come from a form in a browser.
 *
 * @throws UserError 403
 */
export function requireSameOrigin(headers: IncomingHttpHeaders, publicUrl: string): void {
  const site = headers["sec-fetch-site"];
  if (site === "same-origin" || site === "none") return;
  if (site === undefined && (headers.origin === undefined || isOwnOrigin(headers.origin, headers.host, publicUrl))) {
    return;
  }
  throw new UserError(403, `Forbidden: this form was sent from another site, "${site ?? headers.origin}"`);
}

/**
 * Returns true for the public URL's origin. If the visitor uses another host name, such as one of the local network, the
 * origin must have that name.
 */
function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string): boolean {
  const own = new URL(publicUrl);
  return origin === own.origin || (host !== own.host && URL.parse(origin)?.host === host?.toLowerCase());
}
