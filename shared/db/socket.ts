import { connect, type Socket } from "node:net";
import { databaseFailure } from "./failure.ts";

/** Where a Postgres server listens. */
export type Endpoint = { path: string } | { host: string; port: number };

/** Timeout for connecting, and again for logging in. Well within a request's deadline. */
export const CONNECT_TIMEOUT_MS = 5_000;

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

// Length 8, then the code of an SSLRequest (PostgreSQL manual, "Message Formats").
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Waits until Postgres or a pooler sends any answer. It answers an SSLRequest with one byte, before the login. So a
 * server that was frozen soon gets through the requests of clients that have given up, which would take far longer with
 * logins.
 *
 * @param signal ends the wait when aborted
 * @throws Error CONNECT_FAILED or CONNECT_TIMEOUT
 */
export async function knock(endpoint: Endpoint, signal?: AbortSignal): Promise<void> {
  const late = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
  const ended = signal === undefined ? late : AbortSignal.any([signal, late]);
  const socket = await connectSocket(endpoint, CONNECT_TIMEOUT_MS, ended);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("data", () => resolve());
      socket.once("close", () =>
        reject(databaseFailure("CONNECT_FAILED", "Cannot connect to Postgres: it closed the connection")),
      );
      socket.write(SSL_REQUEST);
    });
  } finally {
    socket.destroy();
  }
}
