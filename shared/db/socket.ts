import { connect, type Socket } from "node:net";
import { databaseFailure } from "./failure.ts";

/** Where a Postgres server listens. */
export type Endpoint = { path: string } | { host: string; port: number };

/**
 * Connects a socket to Postgres.
 *
 * @param timeoutMs for connecting only; the session's start-up has its own timeout
 * @param signal destroys the socket when aborted, even after it has connected
 * @throws Error CONNECT_FAILED or CONNECT_TIMEOUT
 */
export function connectSocket(endpoint: Endpoint, timeoutMs: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...endpoint, ...(signal && { signal }) });
    socket.setTimeout(timeoutMs, () =>
      socket.destroy(
        databaseFailure("CONNECT_TIMEOUT", `Cannot connect to Postgres: no connection within ${timeoutMs} ms`),
      ),
    );
    socket.once("error", (cause) => {
      const isOurs = "code" in cause && cause.code === "CONNECT_TIMEOUT";
      // If a host has several addresses, the error is an aggregate without a message.
      const reason = cause instanceof AggregateError ? cause.errors.map(String).join("; ") : cause.message;
      reject(isOurs ? cause : databaseFailure("CONNECT_FAILED", `Cannot connect to Postgres: ${reason}`, cause));
    });
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeAllListeners("error");
      // Ignored, because the `close` event follows each error.
      socket.on("error", () => {});
      // The driver uses `host` as the server name for TLS.
      resolve("host" in endpoint ? Object.assign(socket, endpoint) : socket);
    });
  });
}
