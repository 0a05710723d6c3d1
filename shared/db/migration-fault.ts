import postgres from "postgres";
import { UserError } from "../errors.ts";
import { errorCodeOf } from "./failure.ts";
import { createCommand } from "./requirements.ts";

type Target = { url: string; setting: string };

/**
 * Explains to the operator why a migration failed and how to fix it. The message names host, role and database, but never
 * the password.
 */
export function explainFault(error: unknown, { url, setting }: Target): UserError {
  if (error instanceof UserError) return error;
  // Opens no connection: it lets the driver parse the URL, with its own rules and the libpq environment variables.
  const { host, port, path, user, database } = postgres(url, { max: 1 }).options;
  const server = path || host.map((name, i) => `${name}:${port[i] ?? 5432}`).join(",");
  const reason = reasonOf(error);
  const say = (status: number, message: string) => new UserError(status, message, { cause: error });

  if (hasCode(error, ["ENOTFOUND", "EAI_AGAIN"])) {
    return say(503, `Cannot connect to Postgres: unknown host "${server}"; correct ${setting} (${reason})`);
  }
  if (/\b(TLS|SSL|certificate)\b/i.test(reason)) {
    return say(500, `Cannot use TLS with Postgres at "${server}": ${reason}; correct sslmode in ${setting}`);
  }
  switch (errorCodeOf(error)) {
    case "CONNECT_FAILED":
    case "CONNECT_TIMEOUT":
      return say(503, `Cannot use Postgres at "${server}": ${reason}; start it, or correct ${setting}`);
    case "28P01":
      return say(
        500,
        `Cannot log in at "${server}" as "${user}": wrong password or role; correct ${setting} (${reason})`,
      );
    case "28000":
      return say(
        500,
        `Cannot log in at "${server}" as "${user}": ${reason}; correct ${setting} or the server's pg_hba.conf`,
      );
    case "3D000":
      return say(
        500,
        `Cannot use the database "${database}" at "${server}": ${reason}; create it (${createCommand(database)}), or correct ${setting}`,
      );
    case "42501":
      return say(
        500,
        `Cannot migrate the database "${database}" as "${user}": ${reason}; use the role that owns it and its tables in ${setting}`,
      );
    case "55P03":
      return say(
        503,
        `Cannot migrate the database "${database}": cannot lock a table that other sessions use; end long transactions (pg_stat_activity) and migrate again (${reason})`,
      );
    case "NO_ANSWER":
    case "CONNECTION_LOST":
      return say(
        503,
        `Cannot migrate: Postgres at "${server}" does not answer or closes connections (${reason}); a pooler must allow two at a time`,
      );
    default:
      return say(500, `Cannot migrate the database "${database}" at "${server}": ${reason}`);
  }
}

/** Returns true if an error or one of its causes has one of these codes. */
export function hasCode(error: unknown, codes: readonly string[]): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string" && codes.includes(error.code)) return true;
  return (
    hasCode(error.cause, codes) || (error instanceof AggregateError && error.errors.some((one) => hasCode(one, codes)))
  );
}

/** Joins an error's message and those of its causes, without repetitions. */
function reasonOf(error: unknown): string {
  const messages: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    const { message } = current;
    if (message !== "" && !messages.some((known) => known.includes(message))) messages.push(message);
  }
  return messages.join(": ") || String(error);
}
