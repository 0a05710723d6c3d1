import type { IncomingHttpHeaders } from "node:http";
import { UserError } from "../errors.ts";

/**
 * Refuses a form that another site made the reader's browser send. Sec-Fetch-Site decides if the browser sends it (all
 * current ones do, to https and localhost), else Origin. A request with neither does not come from a browser's form.
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

/** By another name than the public URL's, such as one of the local network, the page came from the form's own host. */
function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string): boolean {
  const own = new URL(publicUrl);
  return origin === own.origin || (host !== own.host && URL.parse(origin)?.host === host?.toLowerCase());
}
