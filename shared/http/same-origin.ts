import type { IncomingHttpHeaders } from "node:http";
import { UserError } from "../errors.ts";

/**
 * Refuses a form that another site made the reader's browser send. Sec-Fetch-Site decides where the browser sends it
 * (all current ones do), else Origin; a request with neither does not come from a browser's form.
 *
 * @throws UserError 403
 */
export function requireSameOrigin(headers: IncomingHttpHeaders, publicUrl: string): void {
  const site = headers["sec-fetch-site"];
  if (site === "same-origin" || site === "none") return;
  if (site === undefined && (headers.origin === undefined || headers.origin === new URL(publicUrl).origin)) return;
  throw new UserError(403, `Forbidden: this form was sent from another site, "${site ?? headers.origin}"`);
}
