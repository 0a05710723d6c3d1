import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";

/** One answer of a scripted origin: a body with status 200, a reply, bytes or acts on the bare socket, or a handler. */
export type Reply =
  | string
  | Buffer
  | { status?: number; headers?: Record<string, string | string[]>; body?: string | Buffer }
  | { raw: string | Buffer | ((socket: Socket) => void) }
  | Handler;

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export type Origin = {
  /** `http://127.0.0.1:40001`, without a slash at the end. */
  url: string;
  port: number;
  /** In the order they came. Header values are as sent, each byte a character. */
  requests: { method: string; path: string; headers: IncomingHttpHeaders }[];
  /** Accepted so far, whether a request came over them or not. */
  numConnections: () => number;
  /** Received so far on all connections, a TLS handshake included. */
  numBytes: () => number;
  close: () => Promise<void>;
};

type Options = {
  host?: string;
  tls?: { key: string; cert: string };
  /** Acts on each TCP connection, before anything is read. */
  onConnection?: (socket: Socket) => void;
};

/**
 * Starts a real HTTP server on a free loopback port that plays a script: a handler, or a reply for each path (first with
 * its query, then without; 404 for others).
 */
export async function startOrigin(script: Handler | Record<string, Reply>, options: Options = {}): Promise<Origin> {
  const { host = "127.0.0.1", tls, onConnection } = options;
  const requests: Origin["requests"] = [];
  const sockets = new Set<Socket>();
  const closedBytes: number[] = [];
  let numConnections = 0;

  const onRequest: Handler = (request, response) => {
    const { method = "", url: path = "", headers } = request;
    requests.push({ method, path, headers });
    if (typeof script === "function") script(request, response);
    else play(script[path] ?? script[path.split("?", 1)[0] ?? ""] ?? { status: 404 }, { request, response });
  };
  const server = tls === undefined ? createServer(onRequest) : createTlsServer(tls, onRequest);
  server.on("connection", (socket: Socket) => {
    numConnections += 1;
    sockets.add(socket);
    // A client that hangs up early is what many tests are about.
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      closedBytes.push(socket.bytesRead);
    });
    onConnection?.(socket);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
  // A server on a TCP port has an address of this form.
  const { port } = server.address() as AddressInfo;

  return {
    url: `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    requests,
    numConnections: () => numConnections,
    numBytes: () => [...closedBytes, ...[...sockets].map((socket) => socket.bytesRead)].reduce((a, b) => a + b, 0),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function play(reply: Reply, { request, response }: { request: IncomingMessage; response: ServerResponse }): void {
  if (typeof reply === "function") reply(request, response);
  else if (typeof reply === "string" || Buffer.isBuffer(reply)) response.end(reply);
  else if ("raw" in reply) playRaw(reply.raw, request.socket);
  else response.writeHead(reply.status ?? 200, reply.headers).end(reply.body);
}

function playRaw(raw: string | Buffer | ((socket: Socket) => void), socket: Socket): void {
  if (typeof raw === "function") raw(socket);
  else socket.end(raw, "latin1");
}
