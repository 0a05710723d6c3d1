import type { Caller } from "../context.ts";
import { badRequest } from "../errors.ts";
import type { FunctionRequest, Reply } from "./function.ts";
import type { Body } from "./stream.ts";

/** The field of a form, or of a URL's query, with the page's token (see `Caller`). The pages' script knows it, too. */
export const PAGE_TOKEN_FIELD = "page_token";

/**
 * Handles a request with cookies that another host may have set. Redirects the browser to the same URL, with those cookies
 * deleted, or set again to see if they come twice. If redirects did not help, refuses a POST, because it could change
 * another person's account.
 *
 * @returns undefined if the request can be handled
 * @throws UserError 400
 */
export function refuseTossed({ method, path, query }: FunctionRequest, { tossed, cookies }: Caller): Reply | undefined {
  if (tossed === undefined) return undefined;
  if (tossed.canRetry) {
    const asked = new URLSearchParams(query);
    for (const [name, value] of Object.entries(tossed.query ?? {})) asked.set(name, value);
    const location = asked.size === 0 ? path : `${path}?${asked}`;
    // 307 repeats the method and the body.
    return { status: 307, headers: { location, "cache-control": "no-store" }, body: "", cookies };
  }
  if (method !== "POST") return undefined;
  throw badRequest("this browser sent a cookie twice. Delete this site's cookies and try again");
}

/**
 * Adds the caller's cookies to a reply, which shared caches then must not keep. The reply's own cookies come last and
 * take precedence.
 */
export function withCallersCookies(reply: Reply<Body>, { cookies = [] }: Caller): Reply<Body> {
  if (cookies.length === 0) return reply;
  const isPublic = /^public\b/.test(reply.headers["cache-control"] ?? "");
  const headers = isPublic ? { ...reply.headers, "cache-control": "no-store" } : reply.headers;
  return { ...reply, headers, cookies: [...cookies, ...(reply.cookies ?? [])] };
}
