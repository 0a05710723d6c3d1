import type { IncomingHttpHeaders } from "node:http";
import type { FormattedExecutionResult } from "graphql";
import api from "../../functions/api/graphql.ts";
import type { Context } from "../../shared/context.ts";
import type { Reply } from "../../shared/http/function.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into replies whose types only the query knows
type Json = any;
export type Answer = Omit<Reply, "body"> & { body: FormattedExecutionResult<Json> };
type Query = { query: string; operationName?: string; variables?: Record<string, unknown> };

/** Asks by POST, as most clients do. */
export function ask(ctx: Context, request: string | Query): Promise<Answer> {
  return post(ctx, { body: JSON.stringify(typeof request === "string" ? { query: request } : request) });
}

export function post(
  ctx: Context,
  { body, headers = { "content-type": "application/json" } }: { body: string; headers?: IncomingHttpHeaders },
): Promise<Answer> {
  return call(ctx, { method: "POST", query: new URLSearchParams(), headers, body: Buffer.from(body) });
}

export function get(
  ctx: Context,
  { params = {}, headers = {} }: { params?: Record<string, string>; headers?: IncomingHttpHeaders },
): Promise<Answer> {
  return call(ctx, { method: "GET", query: new URLSearchParams(params), headers, body: Buffer.alloc(0) });
}

type Call = { method: string; query: URLSearchParams; headers: IncomingHttpHeaders; body: Buffer };

async function call(ctx: Context, request: Call): Promise<Answer> {
  const params = api.readParams({ path: "/graphql", params: {}, ...request }, ctx);
  const reply = api.render(await api.handle(ctx, params), ctx);
  return { ...reply, body: JSON.parse(reply.body.toString()) };
}
