import type { Caller } from "../context.ts";
import { badRequest } from "../errors.ts";
import type { FunctionRequest, Reply } from "./function.ts";
import type { Body } from "./stream.ts";

/**
 * Has a request whose cookies cannot be told from another host's sent once more, without those. A second time it is
 * refused if it changes something: it could change an account that is not the reader's.
 */
export function refuseTossed({ method, path, query }: FunctionRequest, { tossed, cookies }: Caller): Reply | undefined {
  if (tossed === undefined) return undefined;
  if (tossed.canRetry) {
    const location = query.size === 0 ? path : `${path}?${query}`;
    // 307: with its method and its body.
    return { status: 307, headers: { location, "cache-control": "no-store" }, body: "", cookies };
  }
  if (method !== "POST") return undefined;
  throw badRequest("Cannot tell whose request this is: a cookie came twice. Delete this site's cookies and try again");
}

/** The reply with the cookies that its caller needs, which no shared cache may keep. The reply's own come last and win. */
export function withCallersCookies(reply: Reply<Body>, { cookies = [] }: Caller): Reply<Body> {
  if (cookies.length === 0) return reply;
  const isPublic = /^public\b/.test(reply.headers["cache-control"] ?? "");
  const headers = isPublic ? { ...reply.headers, "cache-control": "no-store" } : reply.headers;
  return { ...reply, headers, cookies: [...cookies, ...(reply.cookies ?? [])] };
}
