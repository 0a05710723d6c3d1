import type { Reply } from "../http/function.ts";
import { seeOther } from "../http/reply.ts";
import { endedSessionCookie, isHttps, type Site } from "./session-cookie.ts";

/**
 * Redirects a logged-out browser to the start page, and deletes its cached pages and script storage. Not all cookies:
 * the browser cookie has to stay. Browsers obey Clear-Site-Data only on https.
 */
export function loggedOut(site: Site): Reply {
  const reply = seeOther("/", { setCookies: [endedSessionCookie(site)] });
  if (!isHttps(site)) return reply;
  return { ...reply, headers: { ...reply.headers, "clear-site-data": '"cache", "storage"' } };
}
