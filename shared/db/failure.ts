/** Codes of our own, for failures that Postgres has no SQLSTATE for: it could not be asked, or it did not answer. */
export type FailureCode =
  | "CONNECT_FAILED"
  | "CONNECT_TIMEOUT"
  | "CONNECTION_LOST"
  | "NO_ANSWER"
  | "WRONG_RESULT"
  | "OUTAGE"
  | "POOL_CLOSED";

// The statement was certainly not done: it was never sent, or Postgres says so.
const WITHOUT_EFFECT = new Set([
  ...["CONNECT_FAILED", "CONNECT_TIMEOUT"],
  // serialization_failure, deadlock_detected
  ...["40001", "40P01"],
  // admin_shutdown, cannot_connect_now
  ...["57P01", "57P03"],
  // too_many_connections
  "53300",
  // read_only_sql_transaction: a primary became a standby. Another connection may reach the new primary.
  "25006",
  // invalid_sql_statement_name, duplicate_prepared_statement: a pooler handed the statement to another connection.
  ...["26000", "42P05"],
]);
// Whether the statement was done is unknown.
const WITHOUT_ANSWER = new Set([
  ...["CONNECTION_LOST", "NO_ANSWER", "WRONG_RESULT"],
  // crash_shutdown: another session has crashed, and this one may have committed by then.
  "57P02",
]);
// Repeating the statement at once would not help.
const LASTING = new Set([
  ...["OUTAGE", "POOL_CLOSED"],
  // query_canceled: statement_timeout
  "57014",
  // invalid_authorization_specification, invalid_password, invalid_catalog_name: DATABASE_URL or the server is set up wrongly.
  ...["28000", "28P01", "3D000"],
]);
// Classes 08 (connection exceptions), 53 (disk full, out of memory, too many connections) and 58 (I/O errors of the server).
const PASSING_CLASS = /^08...$/;
const LASTING_CLASS = /^5[38]...$/;

export function databaseFailure(code: FailureCode, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}

/** Whether a statement failed because the database is away or out of resources, rather than because of the statement. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const code = findCode(error) ?? "";
  return isPassing(error) || LASTING.has(code) || LASTING_CLASS.test(code);
}

/** Whether a repeatable statement that failed like this is worth another try. */
export function isPassing(error: unknown): boolean {
  const code = findCode(error) ?? "";
  return WITHOUT_EFFECT.has(code) || WITHOUT_ANSWER.has(code) || PASSING_CLASS.test(code);
}

/** Whether a statement that failed like this was certainly not done, so that any statement may be tried again. */
export function hadNoEffect(error: unknown): boolean {
  return WITHOUT_EFFECT.has(findCode(error) ?? "");
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
