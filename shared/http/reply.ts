import type { Reply } from "./function.ts";

/** `setCookies`: values of Set-Cookie. */
type Cookies = { setCookies?: readonly string[] | undefined };

/** Redirects the browser after a form, so that a reload does not send the form again (RFC 9110 15.4.4). */
export function seeOther(location: string, cookies: Cookies = {}): Reply {
  return withCookies({ status: 303, headers: { location, "cache-control": "no-store" }, body: "" }, cookies);
}

/** Redirects for good (RFC 9110 15.4.2), but lets caches ask again after an hour: a merge can be undone. */
export function movedPermanently(location: string): Reply {
  return { status: 301, headers: { location, "cache-control": "max-age=3600" }, body: "" };
}

/** Makes a JSON reply that no cache keeps, because it is personal. */
export function jsonReply(value: object, headers: Record<string, string> = {}): Reply {
  return {
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers },
    body: JSON.stringify(value),
  };
}

/** Adds the cookies that log a browser in or out. */
export function withCookies(reply: Reply, { setCookies }: Cookies): Reply {
  return setCookies === undefined ? reply : { ...reply, cookies: setCookies };
}
