import type { Reply } from "./function.ts";

type Cookie = { setCookie?: string | undefined };

/** Sends the browser on after a form (RFC 9110 15.4.4): reloading the page it gets to sends nothing twice. */
export function seeOther(location: string, cookie: Cookie = {}): Reply {
  return withCookie({ status: 303, headers: { location, "cache-control": "no-store" }, body: "" }, cookie);
}

/** What a page's script, or an export, gets. It is somebody's own, so that no cache keeps it. */
export function jsonReply(value: object, headers: Record<string, string> = {}): Reply {
  return {
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers },
    body: JSON.stringify(value),
  };
}

/** The reply with a Set-Cookie, where there is one. */
export function withCookie(reply: Reply, { setCookie }: Cookie): Reply {
  return setCookie === undefined ? reply : { ...reply, headers: { ...reply.headers, "set-cookie": setCookie } };
}
