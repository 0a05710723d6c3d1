import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Config } from "../../config.ts";
import { UserError } from "../../errors.ts";
import type { App, AppReply } from "../app.ts";
import { type Chunks, isStream, writeChunks } from "../stream.ts";
import { trackConnections } from "./connections.ts";
import { probeReply } from "./probes.ts";

/**
 * A request whose body has been read, with the fields that the functions framework and Express leave, too, where their own
 * command runs the function.
 */
export type ReadRequest = IncomingMessage & { rawBody?: Buffer; originalUrl?: string };
export type Gate = {
  /** Sends `Connection: close` with every reply from now on. */
  announceClose(): void;
  /** Stops accepting, lets what is in flight finish, and resolves when it has. */
  drain(): Promise<void>;
};
type GateOptions = {
  app: App;
  config: Config;
  /** The longest that a drain waits for what is in flight. */
  drainTimeoutMs: number;
};

// queue-proxy keeps idle connections for 90 s: the server must not be the first to close one, or a POST is lost in between.
const KEEP_ALIVE_TIMEOUT_MS = 95_000;
const HEADERS_TIMEOUT_MS = 100_000;

/**
 * Puts itself in front of the functions framework's server, and owns what that leaves open: probes, a body limit, a
 * deadline for the body, keep-alive and the drain.
 */
export function installGate(server: Server, { app, config, drainTimeoutMs }: GateOptions): Gate {
  // The framework's server has exactly one listener, its Express application.
  const [framework] = server.listeners("request") as RequestListener[];
  const connections = trackConnections(server);

  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.removeAllListeners("request");
  server.on("request", (request: ReadRequest, response) => {
    connections.track(response);
    admit(request, response).catch((error: unknown) => refuse(request, response, error));
  });

  async function admit(request: ReadRequest, response: ServerResponse): Promise<void> {
    const probe = probeReply(request, { app, config });
    if (probe !== undefined) return send(response, probe, request.method);
    request.rawBody = await readBody(request);
    // The framework answers some paths by itself (/favicon.ico), and others with a stack trace (/%): it sees only "/".
    request.originalUrl = request.url ?? "/";
    request.url = "/";
    framework?.call(server, request, response);
  }

  function readBody(request: IncomingMessage): Promise<Buffer> {
    const { maxBytes, status } = app.bodyLimit({ method: request.method ?? "GET", url: urlOf(request) });
    const tooLarge = () =>
      new UserError(status, `Cannot take a body of more than ${maxBytes} bytes`, {
        headers: { connection: "close" },
      });
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) return Promise.reject(tooLarge());
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let numBytes = 0;
      const timer = setTimeout(() => {
        reject(
          new UserError(408, `Request timeout: the body did not come within ${config.requestTimeoutMs} ms`, {
            headers: { connection: "close" },
          }),
        );
      }, config.requestTimeoutMs);
      request.on("data", (chunk: Buffer) => {
        numBytes += chunk.length;
        if (numBytes > maxBytes) reject(tooLarge());
        else chunks.push(chunk);
      });
      request.once("end", () => resolve(Buffer.concat(chunks)));
      request.once("error", reject);
      request.once("close", () => clearTimeout(timer));
      request.once("end", () => clearTimeout(timer));
    });
  }

  function refuse(request: ReadRequest, response: ServerResponse, error: unknown): void {
    // Whoever sent the request is gone: there is nobody to answer.
    if (!(error instanceof UserError) || response.destroyed) return void response.destroy();
    const { method = "GET", headers } = request;
    send(response, app.fail({ method, url: urlOf(request), headers }, error), method);
    // What is left of the body is not read; the reply says that the connection closes.
    if (!request.complete) response.once("finish", () => request.socket.destroySoon());
  }

  return {
    announceClose: connections.announceClose,
    drain: () => connections.drain({ timeoutMs: drainTimeoutMs }),
  };
}

/** The path and query that the client asked for, also where it named the whole URL (RFC 9112 3.2.2). */
export function urlOf(request: ReadRequest): string {
  return (request.originalUrl ?? request.url ?? "/").replace(/^https?:\/\/[^/?#]*/i, "") || "/";
}

/** A signal that is aborted when the client is gone before it has the whole reply. */
export function hangUpOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort(new UserError(499, "The client has hung up"));
  });
  return controller.signal;
}

/** Writes a reply; to HEAD without its body. A stream goes on being written after the call. */
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

/** Ends with a reset where the chunks fail: a client must not take a part of the body for the whole. */
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
