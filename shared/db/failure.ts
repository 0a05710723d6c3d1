import { DrizzleQueryError } from "drizzle-orm";

const UNREACHABLE = new Set([
  // Our socket's and the driver's.
  ...["CONNECT_FAILED", "CONNECT_TIMEOUT", "CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED"],
  // too_many_connections; admin_shutdown, crash_shutdown, cannot_connect_now; query_canceled by statement_timeout
  ...["53300", "57P01", "57P02", "57P03", "57014"],
]);
// The system's, of a connection that was there. Other sockets than the database's have them too.
const BROKEN = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT"]);

/** Whether a query failed because the database could not be reached or had no room, rather than because of the query. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const code = findCode(error) ?? "";
  return UNREACHABLE.has(code) || (error instanceof DrizzleQueryError && BROKEN.has(code));
}

/** The SQLSTATE or system code of an error or of the nearest cause that has one. */
export function findCode(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ("code" in current && typeof current.code === "string") return current.code;
    // Node tries every address of a host; each has its own error.
    if (current instanceof AggregateError) return findCode(current.errors[0]);
  }
  return undefined;
}
