import type { Reply } from "./function.ts";

/** `setCookies`: values of Set-Cookie, if there are any. */
type Cookies = { setCookies?: readonly string[] | undefined };

/** Sends the browser on after a form (RFC 9110 15.4.4): reloading the page it gets to sends nothing twice. */
export function seeOther(location: string, cookies: Cookies = {}): Reply {
  return withCookies({ status: 303, headers: { location, "cache-control": "no-store" }, body: "" }, cookies);
}

/** What a page's script, or an export, gets. It is somebody's own, so that no cache keeps it. */
export function jsonReply(value: object, headers: Record<string, string> = {}): Reply {
  return {
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers },
    body: JSON.stringify(value),
  };
}

/** The reply with the cookies that log a browser in or out. */
export function withCookies(reply: Reply, { setCookies }: Cookies): Reply {
  return setCookies === undefined ? reply : { ...reply, cookies: setCookies };
}
