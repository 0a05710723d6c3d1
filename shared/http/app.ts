import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";
import { type Context, createResources } from "../context.ts";
import { withDeadline } from "../deadline.ts";
import { notFoundGeneral, UserError } from "../errors.ts";
import { parseJson } from "../json.ts";
import { elapsed, type Log, step, withContext } from "../log/log.ts";
import { type BodyDigest, openDigest } from "./body-digest.ts";
import { longestCallMs, onceTimeoutMs, timeoutMsOf } from "./call-timeouts.ts";
import { refuseTossed, withCallersCookies } from "./callers-cookies.ts";
import { withContentCoding } from "./content-coding.ts";
import { type ErrorView, jsonError, prefersHtml, toErrorView, toUserError } from "./error-reply.ts";
import type { FunctionRequest, HttpFunction, PodcoreFunction, Reply } from "./function.ts";
import { requireGateway, requireServiceHost } from "./host.ts";
import { readRequestId } from "./request-id.ts";
import { createRouter, type Match, type Mount } from "./router.ts";
import { requireSameOrigin } from "./same-origin.ts";
import { securityHeaders } from "./security-headers.ts";
import { readCloudEvent } from "./server/cloud-event.ts";
import { createSchemaGuard, type Readiness } from "./server/readiness.ts";
import { requestOf } from "./server/request-of.ts";
import { splitUrl } from "./split-url.ts";
import { type Body, isStream, startStream } from "./stream.ts";

export type RenderErrorPage = (view: ErrorView, ctx: { config: Config }) => Reply;
export type AppOptions = {
  name: string;
  mounts: readonly Mount[];
  config: Config;
  log: Log;
  /** Renders errors where pages are served. Undefined in other artifacts, which answer errors as JSON. */
  renderErrorPage: RenderErrorPage | undefined;
};

/** An HTTP request with its whole body. `url` is path and query. */
type AppRequest = {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Of a body that `readDigest` has read. */
  bodyDigest?: Buffer | undefined;
  /** Address of the connection's other end, most often a proxy. */
  remoteAddress?: string | undefined;
  /** Aborted if the client disconnects before it has received the whole reply. */
  hungUp?: AbortSignal | undefined;
};
export type AppReply = Reply<Body> & { status: number };
export type App = {
  /** Answers a request; never throws. */
  handle(request: AppRequest): Promise<AppReply>;
  /**
   * Calls the only function of an artifact with an operator's params. Aborting `signal` aborts the call.
   *
   * @throws UserError, or whatever the function throws
   */
  call(params: Record<string, unknown>, options: { signal: AbortSignal }): Promise<Reply<Body>>;
  /** Timeout of `call`. */
  onceTimeoutMs: number;
  /** Returns the body limit for a request, and the status that answers a larger body. */
  bodyLimit(request: Pick<AppRequest, "method" | "url">): { maxBytes: number; status: number };
  /** Returns what reads a body of which only the digest is needed; undefined for others. @throws UserError */
  openDigest(request: Pick<AppRequest, "method" | "url" | "headers">): Promise<BodyDigest | undefined>;
  /** Makes the reply for a request that failed before it could be handled. */
  fail(request: Omit<AppRequest, "body">, error: UserError): AppReply;
  /** The longest deadline of its functions. */
  longestCallMs: number;
  /** Starts checking the database's schema; the app is ready once it passes. */
  start(): void;
  /** Tells from local state whether the app takes requests. */
  readiness(): Readiness;
  drain(): void;
  close(): Promise<void>;
};

/** Makes the wrapper around all functions: request ID, log, routing, schema check, deadline, errors and headers. */
export function createApp({ name, mounts, config, log, renderErrorPage }: AppOptions): App {
  const resources = createResources({ config, log, name });
  const match = createRouter(mounts);
  const firstCheck = new AbortController();
  const schemaGuard = createSchemaGuard({
    ctx: resources.contextFor({ signal: firstCheck.signal, openFetch: undefined }),
    databaseStatus: resources.databaseStatus,
    usesDatabase: mounts.some(({ fn }) => fn.usesDatabase !== false),
  });
  const isInternal = mounts.every(({ fn }) => fn.kind !== "http");

  async function handle(request: AppRequest): Promise<AppReply> {
    const startedAt = performance.now();
    const { requestId, traceId, isGenerated } = readRequestId(request.headers);
    if (isGenerated) log.debug("Generated request ID", { request_id: requestId });
    const { path } = splitUrl(request.url);
    const found = match(request.method, path);
    // An artifact with a single function has that function's name, so log lines need not repeat it.
    const fn = found.kind === "found" && mounts.length > 1 ? found.mount.name : undefined;
    return withContext({ request_id: requestId, trace_id: traceId, function: fn }, async () => {
      const answered = await answer(request, found).catch((error: unknown) => errorReply(request, requestId, error));
      const reply = await withContentCoding(answered, request.headers["accept-encoding"]);
      log.info("Request finished", {
        status: reply.status ?? 200,
        path,
        method: request.method,
        elapsed: elapsed(performance.now() - startedAt),
      });
      return finish(request, reply, requestId);
    });
  }

  async function answer(request: AppRequest, found: Match): Promise<Reply<Body>> {
    const { path } = splitUrl(request.url);
    requireGateway(request.headers, config);
    if (isInternal) requireServiceHost(request.headers, { service: name, hosts: config.hosts });
    if (found.kind === "unknown")
      return redirectToNormal(request) ?? Promise.reject(notFoundGeneral(`nothing is at "${path}"`));
    if (found.kind === "wrong-method") {
      const options = request.method === "OPTIONS" ? preflight(request, found.allow) : undefined;
      if (options !== undefined) return options;
      const allow = found.allow.join(", ");
      throw new UserError(405, `Cannot ${request.method} "${path}": allowed methods are ${allow}`, {
        headers: { allow },
      });
    }
    const { mount } = found;
    const timeoutMs = timeoutMsOf(mount.fn, config);
    const late = () => new UserError(503, `Service unavailable: not answered within ${timeoutMs} ms`);
    // A request that changes something is completed even if the client disconnects.
    const signal = isSafe(request) ? request.hungUp : undefined;
    return withDeadline({ timeoutMs, late, signal }, async (callSignal, abort) => {
      const ctx = resources.contextFor({ signal: callSignal, openFetch: mount.fn.openFetch });
      return started(await replyTo(request, found, ctx), abort);
    });
  }

  async function replyTo(
    request: AppRequest,
    { mount, params }: Extract<Match, { kind: "found" }>,
    ctx: Context,
  ): Promise<Reply<Body>> {
    const { path, query } = splitUrl(request.url);
    if (mount.fn.kind === "http") {
      const { method, headers, body, bodyDigest, remoteAddress } = request;
      const asked = { method, headers, body, bodyDigest, path, query, params };
      return callHttp(mount.fn, { ctx, remoteAddress, request: asked });
    }
    // A page open in an operator's browser must not be able to call operator functions.
    requireSameOrigin(request.headers, config.publicUrl);
    await mount.fn.authorize(request.headers, config);
    const isTick = mount.fn.kind === "tick";
    const data = isTick ? readCloudEvent(request.headers, request.body).data : parseJson(request.body, "the body");
    return callWithData(mount.fn, { ctx, data });
  }

  async function call(params: Record<string, unknown>, { signal }: { signal: AbortSignal }): Promise<Reply<Body>> {
    const [mount] = mounts;
    if (mount === undefined || mounts.length > 1) {
      throw new UserError(400, `Cannot call "${name}" once: it has more than one function`);
    }
    const { fn } = mount;
    const ctx = resources.contextFor({ signal, openFetch: fn.openFetch });
    return withContext({ function: mount.name }, () =>
      fn.kind === "http"
        ? callHttp(fn, { ctx, remoteAddress: undefined, request: requestOf(mount, params) })
        : callWithData(fn, { ctx, data: params }),
    );
  }

  type HttpCall = { ctx: Context; request: FunctionRequest; remoteAddress: string | undefined };
  async function callHttp(fn: HttpFunction, { ctx, request, remoteAddress }: HttpCall): Promise<Reply<Body>> {
    // Functions that allow CORS are called from other origins without cookies, so CSRF cannot apply to them. If such a call
    // does carry a login cookie, identified() checks its origin.
    if (request.method === "POST" && !fn.allowsCors) requireSameOrigin(request.headers, config.publicUrl);
    // The step names in the log are those of the original podcore's log format, not the names of our functions.
    const params = await step(log, "build_params", () => fn.readParams(request, ctx));
    if (fn.usesDatabase !== false) await schemaGuard.require(ctx);
    const known = await identified(fn, { ctx, request, remoteAddress });
    const refused = refuseTossed(request, known.caller);
    if (refused !== undefined) return refused;
    const viewModel = await step(log, "handle_message", () => fn.handle(known, params));
    const reply = await step(log, "render_view_model", () => fn.render(viewModel, known));
    return withCallersCookies(reply, known.caller);
  }

  /** Returns the context with its caller. */
  async function identified({ identify }: HttpFunction, { ctx, request, remoteAddress }: HttpCall): Promise<Context> {
    if (identify === undefined) return ctx;
    const { method, headers } = request;
    const caller = await step(log, "identify", () => identify(ctx, { ...request, remoteAddress }));
    if (method === "POST" && caller.credential?.kind === "login") requireSameOrigin(headers, config.publicUrl);
    return ctx.with({ caller });
  }

  type DataCall = { ctx: Context; data: unknown };
  async function callWithData(fn: Exclude<PodcoreFunction, { kind: "http" }>, { ctx, data }: DataCall): Promise<Reply> {
    const params = await step(log, "build_params", () => fn.readParams(data));
    if (fn.usesDatabase !== false) await schemaGuard.require(ctx);
    const result = await step(log, "handle_message", () => fn.run(ctx, params));
    return { headers: { "content-type": "application/json; charset=utf-8" }, body: JSON.stringify(result) };
  }

  /** Returns the reply. If it is a stream, its first chunk has been made. */
  async function started(reply: Reply<Body>, abort: (reason: Error) => void): Promise<Reply<Body>> {
    return isStream(reply.body) ? { ...reply, body: await startStream(reply.body, { abort, log }) } : reply;
  }

  function errorReply(request: Omit<AppRequest, "body">, requestId: string, error: unknown): Reply {
    const userError = toUserError(error, log);
    const view = toErrorView(userError, requestId);
    const wantsHtml = prefersHtml(request.headers.accept) ?? splitUrl(request.url).path !== "/graphql";
    const reply = renderErrorPage !== undefined && wantsHtml ? renderErrorPage(view, { config }) : jsonError(view);
    return { ...reply, status: userError.status, headers: { ...reply.headers, ...userError.headers } };
  }

  function fail(request: Omit<AppRequest, "body">, error: UserError): AppReply {
    const { requestId } = readRequestId(request.headers);
    return withContext({ request_id: requestId }, () => {
      log.info("Request refused", { status: error.status, method: request.method, reason: error.message });
      return finish(request, errorReply(request, requestId, error), requestId);
    });
  }

  function finish(request: Omit<AppRequest, "body">, reply: Reply<Body>, requestId: string): AppReply {
    const headers = {
      ...securityHeaders(config),
      "x-request-id": requestId,
      ...corsHeaders(request),
      ...reply.headers,
    };
    return { status: reply.status ?? 200, headers, body: reply.body, cookies: reply.cookies };
  }

  function httpFunctionAt({ method, url }: Pick<AppRequest, "method" | "url">) {
    const found = match(method === "OPTIONS" ? "POST" : method, splitUrl(url).path);
    return found.kind === "found" && found.mount.fn.kind === "http" ? found.mount.fn : undefined;
  }

  function corsHeaders(request: Pick<AppRequest, "method" | "url">): Record<string, string> {
    if (!httpFunctionAt(request)?.allowsCors) return {};
    return {
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "x-request-id, retry-after",
      "cross-origin-resource-policy": "cross-origin",
    };
  }

  function preflight(request: AppRequest, allow: string[]): Reply | undefined {
    if (!httpFunctionAt(request)?.allowsCors) return undefined;
    return {
      status: 204,
      headers: {
        "access-control-allow-methods": allow.join(", "),
        "access-control-allow-headers": "authorization, content-type, x-request-id, traceparent",
        // Two hours, Chromium's maximum.
        "access-control-max-age": "7200",
      },
      body: "",
    };
  }

  /** Redirects a path with repeated or trailing slashes to the path without them, like the original podcore. */
  function redirectToNormal(request: AppRequest): Reply | undefined {
    const { path, search } = splitUrl(request.url);
    const normal = path.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
    if (normal === path || match(request.method, normal).kind !== "found") return undefined;
    return { status: 308, headers: { location: `${normal}${search}` }, body: "" };
  }

  return {
    handle,
    call,
    fail,
    bodyLimit(request) {
      const fn = httpFunctionAt(request);
      return { maxBytes: fn?.digest?.maxBytes ?? config.bodyMaxBytes, status: fn?.tooLargeStatus ?? 413 };
    },
    async openDigest({ method, url, headers }) {
      const ctx = resources.contextFor({ signal: AbortSignal.timeout(config.requestTimeoutMs), openFetch: undefined });
      const fn = method === "POST" ? httpFunctionAt({ method, url }) : undefined;
      return openDigest(fn, { request: { path: splitUrl(url).path, headers }, ctx, log, schemaGuard });
    },
    onceTimeoutMs: onceTimeoutMs(mounts, config),
    longestCallMs: longestCallMs(mounts, config),
    start: schemaGuard.start,
    readiness: schemaGuard.readiness,
    drain() {
      resources.drain();
      firstCheck.abort();
    },
    close: resources.close,
  };
}

/** Returns true if the method is safe (RFC 9110 9.2.1). */
function isSafe({ method }: Pick<AppRequest, "method">): boolean {
  return method === "GET" || method === "HEAD";
}
