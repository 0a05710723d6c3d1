/** Our own codes for failures without an SQLSTATE, because Postgres was not reached or did not answer. */
export type FailureCode =
  | "CONNECT_FAILED"
  | "CONNECT_TIMEOUT"
  | "CONNECTION_LOST"
  | "NO_ANSWER"
  | "WRONG_RESULT"
  | "OUTAGE"
  | "POOL_CLOSED";

// The statement certainly had no effect: it was never sent, or Postgres says so.
const WITHOUT_EFFECT = new Set([
  ...["CONNECT_FAILED", "CONNECT_TIMEOUT"],
  // serialization_failure, deadlock_detected
  ...["40001", "40P01"],
  // admin_shutdown, cannot_connect_now
  ...["57P01", "57P03"],
  // too_many_connections
  "53300",
  // read_only_sql_transaction: the primary became a standby. Another connection may reach the new primary.
  "25006",
  // invalid_sql_statement_name, duplicate_prepared_statement: a pooler sent the statement to another connection.
  ...["26000", "42P05"],
]);
// Whether the statement was executed is unknown.
const WITHOUT_ANSWER = new Set([
  ...["CONNECTION_LOST", "NO_ANSWER", "WRONG_RESULT"],
  // crash_shutdown: another session crashed, and this one may have committed before.
  "57P02",
]);
// An immediate retry would not help.
const PERSISTENT = new Set([
  ...["OUTAGE", "POOL_CLOSED"],
  // query_canceled: statement_timeout
  "57014",
  // invalid_authorization_specification, invalid_password, invalid_catalog_name: DATABASE_URL or the server is misconfigured.
  ...["28000", "28P01", "3D000"],
]);
// Connection exceptions.
const TRANSIENT_CLASS = /^08...$/;
// Insufficient resources (disk full, out of memory, too many connections), and I/O errors of the server.
const PERSISTENT_CLASS = /^5[38]...$/;

export function databaseFailure(code: FailureCode, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}

/**
 * Returns true if a statement failed because the database is unreachable, too slow, out of resources or misconfigured,
 * rather than because of the statement itself.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  const code = errorCodeOf(error) ?? "";
  return isTransient(error) || PERSISTENT.has(code) || PERSISTENT_CLASS.test(code);
}

/** Returns true if retrying a repeatable statement after this failure may help. */
export function isTransient(error: unknown): boolean {
  const code = errorCodeOf(error) ?? "";
  return WITHOUT_EFFECT.has(code) || WITHOUT_ANSWER.has(code) || TRANSIENT_CLASS.test(code);
}

/** Returns true if the failed statement certainly had no effect, so that any statement may be retried. */
export function hadNoEffect(error: unknown): boolean {
  return WITHOUT_EFFECT.has(errorCodeOf(error) ?? "");
}

/** Returns the SQLSTATE, system code or `FailureCode` of an error, or of its nearest cause that has one. */
export function errorCodeOf(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ("code" in current && typeof current.code === "string") return current.code;
    // Node tries every address of a host and collects their errors.
    if (current instanceof AggregateError) return errorCodeOf(current.errors[0]);
  }
  return undefined;
}
