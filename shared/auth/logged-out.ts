import type { Reply } from "../http/function.ts";
import { seeOther } from "../http/reply.ts";
import { endedSessionCookie, isHttps, type Site } from "./session-cookie.ts";

/**
 * Sends a browser that is logged out to the start page. Pages that it has cached, and what scripts have stored, are
 * deleted; not all cookies, since the browser's own has to stay. Browsers heed Clear-Site-Data on https only.
 */
export function loggedOut(site: Site): Reply {
  const reply = seeOther("/", { setCookies: [endedSessionCookie(site)] });
  if (!isHttps(site)) return reply;
  return { ...reply, headers: { ...reply.headers, "clear-site-data": '"cache", "storage"' } };
}
