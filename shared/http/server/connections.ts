import type { Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";

export type Connections = {
  /** Counts a response as in flight until it has closed. */
  track(response: ServerResponse): void;
  /** Sends `Connection: close` with every reply from now on, so that clients send their next request elsewhere. */
  announceClose(): void;
  /** Stops accepting connections, finishes requests in flight, closes idle connections, and resolves when none is left. */
  drain(options: { timeoutMs: number }): Promise<void>;
};

// Time for a new connection's first request or the rest of a partial one. TCP resends a lost packet after 0.2 to 1 s.
const ARRIVAL_MS = 2_000;
// Far below a request's duration, and cheap.
const CHECK_EVERY_MS = 10;
// Node's default. A drain accepts at most this many waiting connections, so that reconnecting clients cannot delay it.
const BACKLOG_LENGTH = 511;

/** Tracks which of a server's connections are in use, so that a drain resets no connection that carries a request. */
export function trackConnections(server: Server): Connections {
  const sockets = new Set<Socket>();
  const inFlight = new Set<ServerResponse>();
  // Bytes read from each connection when its last reply closed. More bytes mean that another request has begun.
  const bytesReadAtReply = new WeakMap<Socket, number>();
  let numAccepted = 0;
  let isClosing = false;

  server.on("connection", (socket) => {
    numAccepted += 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });

  function track(response: ServerResponse): void {
    const { socket } = response.req;
    inFlight.add(response);
    response.once("close", () => {
      inFlight.delete(response);
      bytesReadAtReply.set(socket, socket.bytesRead);
    });
    if (isClosing) sayClose(response);
  }

  function announceClose(): void {
    isClosing = true;
    for (const response of inFlight) sayClose(response);
  }

  async function drain({ timeoutMs }: { timeoutMs: number }): Promise<void> {
    announceClose();
    await acceptBacklog();
    // http.Server's close() would end connections whose replies are written but not yet sent.
    NetServer.prototype.close.call(server);
    const startedAt = performance.now();
    const elapsedMs = () => performance.now() - startedAt;
    do {
      // Reads data that has reached the kernel first.
      await nextTurn();
      closeIdle();
      await pause(CHECK_EVERY_MS);
      // A client that never reads its reply or never finishes its request must not block the process forever.
    } while (sockets.size > 0 && elapsedMs() < (inFlight.size > 0 ? timeoutMs : ARRIVAL_MS));
    server.closeAllConnections();
  }

  /**
   * Accepts connections that wait in the kernel's backlog, because closing the listener would reset them. Each turn of the
   * event loop accepts one.
   */
  async function acceptBacklog(): Promise<void> {
    const numMost = numAccepted + BACKLOG_LENGTH;
    let numBefore: number;
    do {
      numBefore = numAccepted;
      await nextTurn();
    } while (numAccepted > numBefore && numAccepted < numMost);
  }

  function closeIdle(): void {
    const busy = new Set([...inFlight].map((response) => response.req.socket));
    for (const socket of sockets) {
      if (!busy.has(socket) && bytesReadAtReply.get(socket) === socket.bytesRead) socket.destroySoon();
    }
  }

  return { track, announceClose, drain };
}

function sayClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}
