import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { graphiqlReply } from "./graphiql.ts";

/** Ports of 127.0.0.1; `internal`, the ticks and the operators' functions, is undefined where these are not to be reached. */
export type Upstreams = { web: number; api: number; internal: number | undefined };

/**
 * Stands where a cluster has its gateway: sends each path to the audience that serves it, and GraphiQL, which no
 * artifact holds, to the browser itself. `upstreams` gives the audiences' ports, once they are there.
 */
export function createGateway(upstreams: () => Upstreams | undefined): Server {
  return createServer((request, response) => {
    const path = request.url?.split("?")[0] ?? "/";
    const page = request.method === "GET" ? graphiqlReply(path) : undefined;
    if (page !== undefined) {
      response.writeHead(page.status, page.headers).end(page.body);
      return;
    }
    const ports = upstreams();
    if (ports === undefined)
      response.writeHead(503, { "content-type": "text/plain", "retry-after": "2" }).end("podcore is starting\n");
    else pass(request, { response, port: portFor(path, ports) });
  });
}

function portFor(path: string, { web, api, internal }: Upstreams): number {
  if (path === "/graphql") return api;
  return internal !== undefined && /^\/(tick|admin)\//.test(path) ? internal : web;
}

function pass(request: IncomingMessage, { response, port }: { response: ServerResponse; port: number }): void {
  const { method, url: path, headers } = request;
  const upstream = forward({ host: "127.0.0.1", port, method, path, headers }, (reply) => {
    response.writeHead(reply.statusCode ?? 502, reply.headers);
    pipeline(reply, response, () => {});
  });
  upstream.on("error", () => {
    if (response.headersSent) response.destroy();
    else
      response.writeHead(502, { "content-type": "text/plain" }).end("The function that serves this does not answer\n");
  });
  response.on("close", () => upstream.destroy());
  // At once: a body that is refused for what its headers say may never come.
  upstream.flushHeaders();
  request.pipe(upstream);
}
