import postgres from "postgres";
import type { Connection, StatementOptions } from "./connection.ts";
import type { Endpoint } from "./socket.ts";

/**
 * What is at the other end: Postgres, or a pooler such as pgbouncer that gives each transaction another of its own
 * connections. Through a pooler nothing may depend on the session, and only some poolers can follow prepared statements.
 */
export type Mode = "direct" | "pooled" | "pooled-prepared";

/** Longer than any statement of ours takes, shorter than a request's deadline. */
export const STATEMENT_TIMEOUT_MS = 20_000;
// Of the server's own; ours comes later, for a server that does not answer.
const GRACE_MS = 1_000;

const QUICK: StatementOptions = {
  asValues: false,
  signal: new AbortController().signal,
  timeoutMs: 5_000,
  isPrepared: false,
};

/**
 * The session's parameters. Those that change how values are written are fixed here, whatever the role, the database or
 * the server is set to.
 */
export function sessionParameters(applicationName: string): Record<string, string | number> {
  return {
    ...poolerParameters(applicationName),
    IntervalStyle: "postgres",
    bytea_output: "hex",
    extra_float_digits: 1,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A transaction whose process hangs must not hold its locks for long.
    idle_in_transaction_session_timeout: 3 * STATEMENT_TIMEOUT_MS,
  };
}

/** Those of the parameters that pgbouncer knows, and keeps for each of its clients. */
export function poolerParameters(applicationName: string): Record<string, string | number> {
  return { application_name: applicationName, DateStyle: "ISO, YMD", TimeZone: "UTC" };
}

export function statementTimeoutMs(mode: Mode): number {
  return mode === "direct" ? STATEMENT_TIMEOUT_MS + GRACE_MS : STATEMENT_TIMEOUT_MS;
}

/** Whether a login was refused because of a parameter that a pooler does not know. */
export function isParameterRefused(error: unknown): boolean {
  return error instanceof postgres.PostgresError && /unsupported startup parameter/i.test(error.message);
}

export type Hello = { isStandby: boolean; isPooled: boolean };

/** Logs in, by asking what is at the other end. @throws what the login was refused with */
export async function greet(connection: Connection): Promise<Hello> {
  const rows = await connection.run("select pg_backend_pid() as pid, pg_is_in_recovery() as is_standby", [], QUICK);
  const [row] = rows;
  // A pooler makes up the process that it announces.
  return { isStandby: row?.is_standby === true, isPooled: row?.pid !== rows.state.pid };
}

/**
 * Finds out whether a pooler can follow prepared statements. Such a pooler prepares them under a name of its own
 * (pgbouncer 1.21 and later: PGBOUNCER_n); another hands the name on that the driver chose, to one of its connections.
 */
export async function followsPreparedStatements(connection: Connection): Promise<boolean> {
  const rows = await connection.run(
    "select name from pg_prepared_statements where statement like '%podcore probe%' and $1::int = 1",
    [1],
    { ...QUICK, isPrepared: true },
  );
  return rows.some((row) => String(row.name).startsWith("PGBOUNCER_"));
}

/** Whether over 80 % of the connections that the server has for roles like ours are taken. */
export async function isServerFull(connection: Connection): Promise<boolean> {
  const [row] = await connection.run(
    `select count(*) > 0.8 * (current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0)) as is_full
      from pg_stat_activity where backend_type = 'client backend'`,
    [],
    QUICK,
  );
  return row?.is_full === true;
}

/** Shows in two seconds whether a session that nobody used for a while is still there. */
export async function ping(connection: Connection): Promise<void> {
  await connection.run("select 1", [], { ...QUICK, timeoutMs: 1_000 });
}

/** The hosts of a URL, in order. The driver reads it, with its own rules and the libpq variables. */
export function listEndpoints(url: string): Endpoint[] {
  // Opens nothing.
  const { host, port, path } = postgres(url, { max: 1 }).options;
  if (path) return [{ path }];
  return host.map((name, i) => ({ host: name, port: port[i] ?? 5432 }));
}
