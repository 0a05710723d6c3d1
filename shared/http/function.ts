import type { Hash, Hmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Caller, Context, OpenFetch } from "../context.ts";
import { type Authorize, authorizeOperator, createTickAuthorize } from "./authorize.ts";
import type { Encoded } from "./content-coding.ts";
import type { Body } from "./stream.ts";

/** A request as a function sees it, with its whole body within the size limit, or the body's digest. */
export type FunctionRequest = {
  method: string;
  /** Starts with "/", percent-encoded, without the query. */
  path: string;
  /** Values of the route's `:name` segments, percent-decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Of the body, for a function with `digest`; empty if that opened none. */
  bodyDigest?: Buffer | undefined;
};

/** Reads a body without keeping it. */
type Digest = {
  /** Limit for the body, in place of PODCORE_BODY_MAX_BYTES. */
  maxBytes: number;
  /** Opens the digest that the body goes through; undefined if nobody needs it. */
  open(request: Pick<FunctionRequest, "path" | "headers">, ctx: Context): Promise<Hash | Hmac | undefined>;
};

export type Reply<B extends Body = string | Buffer> = {
  /** 200 by default. */
  status?: number;
  /** Names are in lower case. */
  headers: Record<string, string>;
  /** Values of Set-Cookie, in order. Of several cookies with the same name, the last one counts. */
  cookies?: readonly string[] | undefined;
  body: B;
  /** The body compressed beforehand. Without it, a body that a client accepts compressed is compressed for each reply. */
  encoded?: Encoded | undefined;
};

/** Options of all kinds of functions. */
type FunctionOptions = {
  /** False if it works without a database; then the schema check does not apply. True by default. */
  usesDatabase?: boolean;
  /** Set by functions that fetch, so that only their artifacts contain the fetcher. */
  openFetch?: OpenFetch;
};

/** A function called over HTTP. It has three steps, which are timed and logged separately. */
export type HttpFunction<P = unknown, V = unknown, B extends Body = Body> = FunctionOptions & {
  kind: "http";
  /** Set by functions that use `ctx.caller`, so that only their artifacts contain the authentication code. */
  identify?: Identify;
  /** Allows calls from any origin, without cookies: adds CORS headers and answers OPTIONS. */
  allowsCors?: boolean;
  /** Its reply's body may be a stream, which has its own deadline; a process that stops waits for it. */
  streams?: boolean;
  /** Status for a body over the limit. 413 by default. */
  tooLargeStatus?: 400 | 413;
  /** Set if only a digest of the body is needed, so that a large one takes no memory. */
  digest?: Digest;
  /** Reads and validates the request. @throws UserError 400 */
  readParams(request: FunctionRequest, ctx: Context): P;
  /** Does the work with one use case or one query. */
  handle(ctx: Context, params: P): V | Promise<V>;
  /** Turns the result into a reply without any I/O, except that a stream may query as it is read. */
  render(viewModel: V, ctx: Context): Reply<B>;
};

/** A function called with a CloudEvent from a PingSource, or with the event's data by an operator. */
export type TickFunction<P = unknown, R extends object = object> = FunctionOptions & {
  kind: "tick";
  /** Checks calls over HTTP. Set by `tickFunction`, so that only artifacts with ticks contain the check. */
  authorize: Authorize;
  readParams(data: unknown): P;
  /** @returns counts of what was done, which are logged */
  run(ctx: Context, params: P): Promise<R>;
};

/**
 * An operator function takes params and returns a result, both JSON objects. Called with --once, or over HTTP from
 * inside the cluster with the operator's token.
 */
export type AdminFunction<P = unknown, R extends object = object> = FunctionOptions & {
  kind: "admin";
  /** Checks calls over HTTP. Set by `adminFunction`. */
  authorize: Authorize;
  /** Timeout with --once. An hour by default. */
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
  /** Whether PODCORE_WAKE_TOKEN may also call it. False by default. */
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

/** Finds out who sent a request. @throws UserError 401 for an API key that is unknown or expired */
export type Identify = (
  ctx: Context,
  request: Omit<FunctionRequest, "params"> & { remoteAddress: string | undefined },
) => Promise<Caller>;
