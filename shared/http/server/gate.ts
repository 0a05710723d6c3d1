import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Config } from "../../config.ts";
import { UserError } from "../../errors.ts";
import type { App, AppReply } from "../app.ts";
import { type Chunks, isStream, writeChunks } from "../stream.ts";
import { trackConnections } from "./connections.ts";
import { probeReply } from "./probes.ts";

/** A request whose body has been read, by the gate or by the functions framework's own command. */
export type ReadRequest = IncomingMessage & { rawBody?: Buffer; bodyDigest?: Buffer | undefined };
/** A function as the functions framework calls it, too. */
export type Handler = (request: ReadRequest, response: ServerResponse) => Promise<void>;
export type Gate = {
  server: Server;
  /** Sends `Connection: close` with every reply from now on. */
  announceClose(): void;
  /** Stops accepting connections, and resolves when all requests in flight are finished. */
  drain(): Promise<void>;
};
type GateOptions = {
  handle: Handler;
  app: App;
  config: Config;
  /** How long a drain waits for requests in flight. */
  drainTimeoutMs: number;
};

// Longer than queue-proxy keeps idle connections (90 s). If the server closed one first, a POST could be lost.
const KEEP_ALIVE_TIMEOUT_MS = 95_000;
const HEADERS_TIMEOUT_MS = 100_000;

/**
 * Makes the server of a function, with a gate that answers probes, bounds the body's size and time, keeps connections
 * alive, and drains them.
 */
export function createGate({ handle, app, config, drainTimeoutMs }: GateOptions): Gate {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS });
  const connections = trackConnections(server);
  server.on("request", (request: ReadRequest, response) => {
    connections.track(response);
    admit(request, response).catch((error: unknown) => refuse(request, response, error));
  });

  async function admit(request: ReadRequest, response: ServerResponse): Promise<void> {
    const probe = probeReply(request, { app, config });
    if (probe !== undefined) return send(response, probe, request.method);
    await readBody(request);
    await handle(request, response);
  }

  /** Reads the body into the request, or only its digest. */
  async function readBody(request: ReadRequest): Promise<void> {
    const { method = "GET", headers } = request;
    const digest = await app.openDigest({ method, url: urlOf(request), headers });
    const chunks: Buffer[] = [];
    await readChunks(request, (chunk) => (digest === undefined ? chunks.push(chunk) : digest.update(chunk)));
    request.rawBody = Buffer.concat(chunks);
    request.bodyDigest = digest?.end();
  }

  function readChunks(request: ReadRequest, take: (chunk: Buffer) => unknown): Promise<void> {
    const { maxBytes, status } = app.bodyLimit({ method: request.method ?? "GET", url: urlOf(request) });
    const tooLarge = () =>
      new UserError(status, `Cannot accept a body of more than ${maxBytes} bytes`, {
        headers: { connection: "close" },
      });
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) return Promise.reject(tooLarge());
    return new Promise((resolve, reject) => {
      let numBytes = 0;
      const timer = setTimeout(() => {
        reject(
          new UserError(408, `Request timeout: the body did not arrive within ${config.requestTimeoutMs} ms`, {
            headers: { connection: "close" },
          }),
        );
      }, config.requestTimeoutMs);
      request.on("data", (chunk: Buffer) => {
        numBytes += chunk.length;
        if (numBytes > maxBytes) reject(tooLarge());
        else take(chunk);
      });
      request.once("end", () => resolve());
      request.once("error", reject);
      request.once("close", () => clearTimeout(timer));
      request.once("end", () => clearTimeout(timer));
    });
  }

  function refuse(request: ReadRequest, response: ServerResponse, error: unknown): void {
    // The client has disconnected.
    if (!(error instanceof UserError) || response.destroyed) return void response.destroy();
    const { method = "GET", headers } = request;
    send(response, app.fail({ method, url: urlOf(request), headers }, error), method);
    // The rest of the body is not read; the reply says that the connection closes.
    if (!request.complete) response.once("finish", () => request.socket.destroySoon());
  }

  return {
    server,
    announceClose: connections.announceClose,
    drain: () => connections.drain({ timeoutMs: drainTimeoutMs }),
  };
}

/** Returns the requested path and query, even if the client sent an absolute URL (RFC 9112 3.2.2). */
export function urlOf(request: ReadRequest): string {
  return (request.url ?? "/").replace(/^https?:\/\/[^/?#]*/i, "") || "/";
}

/** Returns a signal that is aborted if the client disconnects before it has received the whole reply. */
export function hangUpOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort(new UserError(499, "The client disconnected"));
  });
  return controller.signal;
}

/** Writes a reply, without its body for HEAD. A stream is still being written when this returns. */
export function send(
  response: ServerResponse,
  { status, headers: own, cookies = [], body }: AppReply,
  method = "GET",
): void {
  const headers = cookies.length === 0 ? own : { ...own, "set-cookie": [...cookies] };
  if (isStream(body)) {
    response.writeHead(status, headers);
    if (method === "HEAD") response.end();
    else void sendChunks(response, body);
    return;
  }
  // RFC 9110 8.6: no Content-Length with 204 and 304.
  const length = status === 204 || status === 304 ? {} : { "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length });
  response.end(method === "HEAD" ? undefined : body);
}

/** Sends chunks. If they fail, resets the connection, so that the client does not take a partial body as complete. */
async function sendChunks(response: ServerResponse, chunks: Chunks): Promise<void> {
  try {
    await writeChunks(chunks, { target: response });
    response.end();
  } catch {
    // Logged where the chunks are made.
    response.socket?.resetAndDestroy();
    response.destroy();
  }
}
