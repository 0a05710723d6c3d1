import { connect, type Socket } from "node:net";
import { databaseFailure } from "./failure.ts";

/** Where one Postgres listens. */
export type Endpoint = { path: string } | { host: string; port: number };

/**
 * Connects a socket to Postgres.
 *
 * @param timeoutMs until the connection is there; the start-up of the session that follows has its own
 * @param signal destroys the socket when it is aborted, also after it has connected
 * @throws Error CONNECT_FAILED or CONNECT_TIMEOUT
 */
export function connectSocket(endpoint: Endpoint, timeoutMs: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...endpoint, ...(signal && { signal }) });
    socket.setTimeout(timeoutMs, () =>
      socket.destroy(
        databaseFailure("CONNECT_TIMEOUT", `Cannot connect to Postgres: no connection in ${timeoutMs} ms`),
      ),
    );
    socket.once("error", (cause) => {
      const isOurs = "code" in cause && cause.code === "CONNECT_TIMEOUT";
      // Of several addresses each has its own error, and their sum has no message.
      const reason = cause instanceof AggregateError ? cause.errors.map(String).join("; ") : cause.message;
      reject(isOurs ? cause : databaseFailure("CONNECT_FAILED", `Cannot connect to Postgres: ${reason}`, cause));
    });
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeAllListeners("error");
      // An error before the driver listens is seen as the close that follows it.
      socket.on("error", () => {});
      // The driver takes the server name for TLS from `host`.
      resolve("host" in endpoint ? Object.assign(socket, endpoint) : socket);
    });
  });
}
