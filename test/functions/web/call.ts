import type { IncomingHttpHeaders } from "node:http";
import type { Context } from "../../../shared/context.ts";
import type { HttpFunction, Reply } from "../../../shared/http/function.ts";

type Call = {
  ctx: Context;
  path: string;
  params?: Record<string, string>;
  headers?: IncomingHttpHeaders;
  /** What a form sends, by POST; GET without. */
  form?: Record<string, string>;
};

/** Calls a page's three steps as the wrapper does. */
export async function callPage<P, V>(
  fn: HttpFunction<P, V, string | Buffer>,
  { ctx, path, params = {}, headers = {}, form }: Call,
): Promise<Reply> {
  const url = new URL(path, "http://localhost");
  const request = {
    method: form === undefined ? "GET" : "POST",
    path: url.pathname,
    params,
    query: url.searchParams,
    headers,
    body: Buffer.from(new URLSearchParams(form).toString()),
  };
  return fn.render(await fn.handle(ctx, fn.readParams(request, ctx)), ctx);
}

/** The addresses of a page's links that begin with `start`, in order. */
export function linksIn({ body }: Reply, start: string): string[] {
  return [...body.toString().matchAll(/<a [^>]*href="([^"]*)"/g)]
    .map(([, href]) => href?.replaceAll("&amp;", "&") ?? "")
    .filter((href) => href.startsWith(start));
}
