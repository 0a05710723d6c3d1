import postgres from "postgres";
import { type Connection, openConnection, type Rows } from "./connection.ts";
import { databaseFailure } from "./failure.ts";
import * as session from "./session.ts";
import type { Endpoint } from "./socket.ts";

/** A connection for migrations. It works through poolers, because nothing depends on session state. */
export type MigrationSession = {
  /** Whether the connection is open and can be reused; see `Connection`. */
  readonly isClean: boolean;
  /** Runs one statement, in the current transaction if there is one. */
  run(text: string, values?: readonly unknown[]): Promise<Rows>;
  /** Begins a transaction with its own timeouts, which override those of the role and the database. */
  begin(options: { lockTimeoutMs: number }): Promise<void>;
  transaction<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
};

const APPLICATION_NAME = "podcore-migrate";
// The longest that a Node timer allows, 24 days: building an index over a large table must not time out.
const NO_TIMEOUT_MS = 2_147_483_647;
// While ALTER TABLE waits for its lock, all readers and writers of the table wait behind it. Less than Postgres's
// deadlock_timeout (1 s), so that in a deadlock with a crawl the migration gives up.
const LOCK_TIMEOUT_MS = 500;

/**
 * Opens a session on the first of the URL's hosts that accepts it and is not a standby.
 *
 * @throws Error of the last host: a `FailureCode`, or the refusal that Postgres or a pooler sent
 */
export async function openMigrationSession(url: string): Promise<MigrationSession> {
  const endpoints = session.listEndpoints(url);
  let failure: unknown;
  for (const endpoint of endpoints) {
    try {
      return sessionOn(await openAt({ url, endpoint, isPooler: false }));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function openAt(options: { url: string; endpoint: Endpoint; isPooler: boolean }): Promise<Connection> {
  const { url, endpoint, isPooler } = options;
  const parameters = {
    ...session.poolerParameters(APPLICATION_NAME),
    // For CREATE INDEX CONCURRENTLY, which runs outside a transaction and so cannot set them locally.
    ...(!isPooler && { statement_timeout: 0, lock_timeout: 0 }),
  };
  const connection = await openConnection({ url, endpoint, parameters });
  try {
    const { isStandby } = await session.identifyServer(connection);
    if (isStandby) throw databaseFailure("CONNECT_FAILED", "The server is a standby, which is read-only");
    return connection;
  } catch (error) {
    connection.destroy();
    if (session.isParameterRefused(error) && !isPooler) return openAt({ ...options, isPooler: true });
    throw error;
  }
}

function sessionOn(connection: Connection): MigrationSession {
  const signal = new AbortController().signal;

  function run(text: string, values: readonly unknown[] = []): Promise<Rows> {
    return connection.run(text, values, { asValues: false, signal, timeoutMs: NO_TIMEOUT_MS, isPrepared: false });
  }

  async function begin({ lockTimeoutMs }: { lockTimeoutMs: number }): Promise<void> {
    // At higher isolation levels even an idle transaction keeps a snapshot, and CREATE INDEX CONCURRENTLY waits for it.
    await run("begin isolation level read committed read write");
    // Selects from pg_settings because transaction_timeout exists only since Postgres 17.
    await run(`
      select set_config(name, case name when 'lock_timeout' then '${lockTimeoutMs}' else '0' end, true) from pg_settings
      where name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`);
  }

  return {
    get isClean() {
      return connection.isClean;
    },
    run,
    begin,
    async transaction(work) {
      await begin({ lockTimeoutMs: LOCK_TIMEOUT_MS });
      try {
        const result = await work();
        await run("commit");
        return result;
      } catch (error) {
        // Without a rollback, a pooler would have to close its own connection. A lost connection needs no rollback.
        if (error instanceof postgres.PostgresError) await run("rollback").catch(() => {});
        throw error;
      }
    },
    close: connection.close,
  };
}
