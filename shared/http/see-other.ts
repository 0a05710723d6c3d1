import type { Reply } from "./function.ts";

type Cookie = { setCookie?: string | undefined };

/** Sends the browser on after a form (RFC 9110 15.4.4): reloading the page it gets to sends nothing twice. */
export function seeOther(location: string, cookie: Cookie = {}): Reply {
  return withCookie({ status: 303, headers: { location, "cache-control": "no-store" }, body: "" }, cookie);
}

/** The reply with a Set-Cookie, where there is one. */
export function withCookie(reply: Reply, { setCookie }: Cookie): Reply {
  return setCookie === undefined ? reply : { ...reply, headers: { ...reply.headers, "set-cookie": setCookie } };
}
