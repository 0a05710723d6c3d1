import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream";
import type { Config } from "../config.ts";
import { GATEWAY_HEADER, misdirected } from "../http/host.ts";
import { isOwnHost } from "./gateway-hosts.ts";
import { graphiqlReply } from "./graphiql.ts";
import type { SampleShow } from "./sample-show.ts";
import { startingReply } from "./starting-page.ts";

/** Ports on 127.0.0.1. `internal` (ticks and operator functions) is undefined if the gateway must not expose it. */
export type Upstreams = { web: number; api: number; internal: number | undefined };

const TEXT = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };

type GatewayOptions = {
  /** Says what podcore is doing, while there are no upstreams yet. */
  stage?: () => string;
  sampleShow?: SampleShow | undefined;
  /** Resolves when all saved changes are being served. Requests wait for it. */
  settled?: () => Promise<void>;
};

/**
 * Makes the local counterpart of a cluster's gateway. Forwards each path to the audience that serves it. Serves
 * GraphiQL and the sample podcast itself, because no artifact contains them.
 *
 * @param upstreams returns the audiences' ports; undefined until they are listening
 */
export function createGateway(
  upstreams: () => Upstreams | undefined,
  config: Config,
  { stage = () => "Starting", sampleShow, settled }: GatewayOptions = {},
): Server {
  return createServer((request, response) => {
    if (!isOwnHost(request.headers.host, config)) {
      const { status, message } = misdirected(request.headers.host ?? "");
      response.writeHead(status, TEXT).end(`${message}\n`);
      return;
    }
    const path = pathOf(request);
    const { range } = request.headers;
    const own = request.method === "GET" ? (graphiqlReply(path) ?? sampleShow?.reply({ path, range })) : undefined;
    if (own !== undefined) {
      response.writeHead(own.status, own.headers).end(own.body);
      return;
    }
    if (settled === undefined) answer(request, response);
    else void settled().then(() => answer(request, response));
  });

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const ports = upstreams();
    if (ports === undefined) {
      const { status, headers, body } = startingReply(request.headers, stage());
      response.writeHead(status, headers).end(body);
      return;
    }
    const port = portFor(pathOf(request), ports);
    const headers = forwardedHeaders(request);
    if (config.gatewayToken !== undefined) headers[GATEWAY_HEADER] = config.gatewayToken;
    // `internal` accepts fewer host names than this gateway, which has already checked the requested one.
    if (port === ports.internal) headers.host = `127.0.0.1:${port}`;
    pass(request, { response, port, headers });
  }
}

function pathOf({ url = "/" }: IncomingMessage): string {
  return url.split("?")[0] ?? "/";
}

function portFor(path: string, { web, api, internal }: Upstreams): number {
  if (path === "/graphql") return api;
  return internal !== undefined && /^\/(tick|admin)\//.test(path) ? internal : web;
}

/**
 * Replaces X-Forwarded-For, because no proxy in front of this gateway is trusted. Sets X-Forwarded-Proto to http unless
 * a proxy has set it, because a browser on http under another name than the public URL's rejects Secure cookies.
 */
function forwardedHeaders({ headers, socket }: IncomingMessage): IncomingHttpHeaders {
  const proto = headers["x-forwarded-proto"] ?? "http";
  return { ...headers, "x-forwarded-for": socket.remoteAddress ?? "", "x-forwarded-proto": proto };
}

type Passing = { response: ServerResponse; port: number; headers: IncomingHttpHeaders };
function pass(request: IncomingMessage, { response, port, headers }: Passing): void {
  const { method, url: path } = request;
  const upstream = forward({ host: "127.0.0.1", port, method, path, headers }, (reply) => {
    response.writeHead(reply.statusCode ?? 502, reply.headers);
    pipeline(reply, response, () => {});
  });
  upstream.on("error", () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, TEXT).end("The function for this path does not answer\n");
  });
  response.on("close", () => upstream.destroy());
  // Sends the headers at once: if the function refuses the request by its headers, the body may never arrive.
  upstream.flushHeaders();
  request.pipe(upstream);
}
