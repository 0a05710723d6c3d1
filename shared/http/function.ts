import type { IncomingHttpHeaders } from "node:http";
import type { Caller, Context, OpenFetch } from "../context.ts";
import { type Authorize, authorizeOperator, createTickAuthorize } from "./authorize.ts";
import type { Body } from "./stream.ts";

/** A request as a function sees it: read, bounded, and free of what a proxy or client may have forged. */
export type FunctionRequest = {
  method: string;
  /** Starts with "/", percent-encoded, without the query. */
  path: string;
  /** What the route's `:name` segments matched, percent-decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
};

export type Reply<B extends Body = string | Buffer> = {
  /** 200 unless given. */
  status?: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** Values of Set-Cookie, in order: of two with a name, the last one counts. */
  cookies?: readonly string[] | undefined;
  body: B;
};

/** What a definition may say of itself; none of it is needed most often. */
type Traits = {
  /** False: works without a database, and is never refused because of its schema. True unless given. */
  usesDatabase?: boolean;
  /** For a function that fetches. Named here so that only its artifact carries the fetcher. */
  openFetch?: OpenFetch;
};

/** A function called over HTTP: three steps, each timed and logged under its name. */
export type HttpFunction<P = unknown, V = unknown, B extends Body = Body> = Traits & {
  kind: "http";
  /** For a function that asks for `ctx.caller`. Named here so that only its artifact carries what finds that out. */
  identify?: Identify;
  /** Callers from any origin may use it, without cookies: replies say so, and OPTIONS is answered. */
  allowsCors?: boolean;
  /** Its reply's body may be a stream, which has a deadline of its own: a process that ends waits for it. */
  streams?: boolean;
  /** What answers a body over the limit. 413 unless given. */
  tooLargeStatus?: 400 | 413;
  /** Reads and checks what came. @throws UserError 400 */
  readParams(request: FunctionRequest, ctx: Context): P;
  /** Does the work: one mediator or one query. */
  handle(ctx: Context, params: P): V | Promise<V>;
  /** Turns the result into plain data to send; opens and asks nothing. A stream asks as it is read. */
  render(viewModel: V, ctx: Context): Reply<B>;
};

/** A function called with a CloudEvent (from a PingSource), or with its data by an operator. */
export type TickFunction<P = unknown, R extends object = object> = Traits & {
  kind: "tick";
  /** For calls over HTTP. Given by `tickFunction`, so that only artifacts with ticks carry it. */
  authorize: Authorize;
  readParams(data: unknown): P;
  /** @returns what was done, as counts that are logged */
  run(ctx: Context, params: P): Promise<R>;
};

/**
 * An operator's function: JSON params in, JSON result out. Called with --once, or over HTTP from inside the cluster with
 * the operator's token.
 */
export type AdminFunction<P = unknown, R extends object = object> = Traits & {
  kind: "admin";
  /** For calls over HTTP. Given by `adminFunction`. */
  authorize: Authorize;
  /** Longest time with --once. An hour unless given. */
  onceTimeoutMs?: number;
  readParams(data: unknown): P;
  run(ctx: Context, params: P): Promise<R>;
};

export type PodcoreFunction = HttpFunction | TickFunction | AdminFunction;

export function httpFunction<P, V, B extends Body = string | Buffer>(
  definition: Omit<HttpFunction<P, V, B>, "kind">,
): HttpFunction<P, V, B> {
  return { kind: "http", ...definition };
}

type TickDefinition<P, R extends object> = Omit<TickFunction<P, R>, "kind" | "authorize"> & {
  /** PODCORE_WAKE_TOKEN may call it as well. False unless given. */
  takesWakeToken?: boolean;
};
export function tickFunction<P, R extends object>(definition: TickDefinition<P, R>): TickFunction<P, R> {
  const { takesWakeToken = false, ...rest } = definition;
  return { kind: "tick", authorize: createTickAuthorize({ takesWakeToken }), ...rest };
}

type AdminDefinition<P, R extends object> = Omit<AdminFunction<P, R>, "kind" | "authorize">;
export function adminFunction<P, R extends object>(definition: AdminDefinition<P, R>): AdminFunction<P, R> {
  return { kind: "admin", authorize: authorizeOperator, ...definition };
}

/** Finds out who sent a request. @throws UserError 401 for a key that is not, or no longer, one */
export type Identify = (
  ctx: Context,
  request: { method: string; path: string; headers: IncomingHttpHeaders; remoteAddress: string | undefined },
) => Promise<Caller>;
