import postgres from "postgres";
import type { Connection, StatementOptions } from "./connection.ts";
import type { Endpoint } from "./socket.ts";

/**
 * Whether the other end is Postgres, or a pooler such as pgbouncer that may run each transaction on another connection.
 * Through a pooler nothing may depend on session state, and only some poolers support prepared statements.
 */
export type Mode = "direct" | "pooled" | "pooled-prepared";

/** Longer than any of our statements takes, shorter than a request's deadline. */
export const STATEMENT_TIMEOUT_MS = 20_000;
// The server's own timeout comes first; ours follows later, for a server that does not answer.
const GRACE_MS = 1_000;

const QUICK: StatementOptions = {
  asValues: false,
  signal: new AbortController().signal,
  timeoutMs: 5_000,
  isPrepared: false,
};

/**
 * Returns a session's start-up parameters. They fix the output formats of values, regardless of settings of the role, the
 * database or the server.
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

/** Returns the parameters that pgbouncer supports and keeps for each client. */
export function poolerParameters(applicationName: string): Record<string, string | number> {
  return { application_name: applicationName, DateStyle: "ISO, YMD", TimeZone: "UTC" };
}

export function statementTimeoutMs(mode: Mode): number {
  return mode === "direct" ? STATEMENT_TIMEOUT_MS + GRACE_MS : STATEMENT_TIMEOUT_MS;
}

/** Returns true if a pooler refused the login because of a parameter that it does not support. */
export function isParameterRefused(error: unknown): boolean {
  return error instanceof postgres.PostgresError && /unsupported startup parameter/i.test(error.message);
}

export type ServerInfo = { isStandby: boolean; isPooled: boolean };

/** Finds out what is at the other end. As the first statement, it also waits for the login. @throws Error of a refused login */
export async function identifyServer(connection: Connection): Promise<ServerInfo> {
  const rows = await connection.run("select pg_backend_pid() as pid, pg_is_in_recovery() as is_standby", [], QUICK);
  const [row] = rows;
  // A pooler announces a made-up process ID.
  return { isStandby: row?.is_standby === true, isPooled: row?.pid !== rows.state.pid };
}

/**
 * Finds out whether a pooler supports prepared statements. Such a pooler prepares them under its own names (pgbouncer
 * 1.21 and later: PGBOUNCER_n). Other poolers pass on the driver's name to one of their connections.
 */
export async function followsPreparedStatements(connection: Connection): Promise<boolean> {
  const rows = await connection.run(
    "select name from pg_prepared_statements where statement like '%podcore probe%' and $1::int = 1",
    [1],
    { ...QUICK, isPrepared: true },
  );
  return rows.some((row) => String(row.name).startsWith("PGBOUNCER_"));
}

/** Returns true if over 80 % of the server's connections for ordinary roles are in use. */
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

/** Checks that an idle session still answers. Takes at most two seconds: one until it cancels, one for the cancellation. */
export async function ping(connection: Connection): Promise<void> {
  await connection.run("select 1", [], { ...QUICK, timeoutMs: 1_000 });
}

/** Lists the hosts of a URL, in order, as the driver parses it with its own rules and the libpq environment variables. */
export function listEndpoints(url: string): Endpoint[] {
  // Opens no connection.
  const { host, port, path } = postgres(url, { max: 1 }).options;
  if (path) return [{ path }];
  return host.map((name, i) => ({ host: name, port: port[i] ?? 5432 }));
}
