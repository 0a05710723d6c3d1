import { connect, type Socket } from "node:net";

type Target = { host: string[]; port: number[]; path?: string | false };

// Together with the pool's own connect_timeout (which starts only after this), well within a request's deadline.
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects to the first of Postgres's hosts that answers.
 *
 * A server that accepts and then closes before its first byte (a proxy without a backend, a Postgres that is starting)
 * would make the driver reconnect without end or delay while the query hangs. Here such a close is an error, which
 * fails the query.
 */
async function openSocket({ host, port, path }: Target): Promise<Socket> {
  const targets = path ? [{ path }] : host.map((name, i) => ({ host: name, port: port[i] ?? 5432 }));
  let failure: unknown;
  for (const target of targets) {
    try {
      return await connectTo(target);
    } catch (error) {
      failure = error;
    }
  }
  throw failureOf("CONNECT_FAILED", failure instanceof Error ? failure.message : String(failure), failure);
}

function connectTo(target: { path: string } | { host: string; port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(target);
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(failureOf("CONNECT_TIMEOUT", "it did not answer")));
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeListener("error", reject);
      socket.prependOnceListener("close", () => {
        if (socket.bytesRead === 0)
          socket.emit("error", failureOf("CONNECTION_CLOSED", "it closed before its first byte"));
      });
      // The driver takes the server name for TLS from here.
      resolve(Object.assign(socket, "host" in target ? { host: target.host, port: target.port } : {}));
    });
  });
}

function failureOf(code: string, what: string, cause?: unknown): Error {
  return Object.assign(new Error(`Cannot connect to Postgres: ${what}`, { cause }), { code });
}

/** The driver's `socket` option, which its README documents and its types forgot. */
export const driverSocket: object = { socket: openSocket };
