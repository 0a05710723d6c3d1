import type { Caller } from "../context.ts";
import { badRequest } from "../errors.ts";
import type { FunctionRequest, Reply } from "./function.ts";
import type { Body } from "./stream.ts";

/**
 * Handles a request with a cookie that another host may have set. The first time, redirects the browser to the same URL
 * with that cookie deleted. The second time, refuses a POST, because it could change another person's account.
 *
 * @returns undefined if the request can be handled
 * @throws UserError 400
 */
export function refuseTossed({ method, path, query }: FunctionRequest, { tossed, cookies }: Caller): Reply | undefined {
  if (tossed === undefined) return undefined;
  if (tossed.canRetry) {
    const location = query.size === 0 ? path : `${path}?${query}`;
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
