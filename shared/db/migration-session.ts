import postgres from "postgres";
import { type Connection, openConnection, type Rows } from "./connection.ts";
import { databaseFailure } from "./failure.ts";
import * as session from "./session.ts";
import type { Endpoint } from "./socket.ts";

/** A connection that migrates. It is made for poolers as well: nothing here depends on the session. */
export type MigrationSession = {
  /** Whether the connection still stands and no statement has failed on it. */
  readonly isClean: boolean;
  /** Runs one statement, by itself or within the transaction that was begun. */
  run(text: string, values?: readonly unknown[]): Promise<Rows>;
  /** Begins a transaction with timeouts of its own, whatever the role or the database has. */
  begin(options: { lockTimeoutMs: number }): Promise<void>;
  transaction<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
};

const APPLICATION_NAME = "podcore-migrate";
// The longest that a timer takes, 24 days: an index over a large table takes as long as it takes.
const NO_TIMEOUT_MS = 2_147_483_647;
// While ALTER TABLE waits for its lock, every reader and writer waits behind it. Less than Postgres's deadlock_timeout
// (1 s), so that of a migration and a crawl that lock each other out it is always the migration that gives up.
const LOCK_TIMEOUT_MS = 500;

/** @throws Error CONNECT_FAILED and others that no answer brought, or the refusal that Postgres or a pooler sent */
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
    // For CREATE INDEX CONCURRENTLY, which runs in no transaction that could set it.
    ...(!isPooler && { statement_timeout: 0, lock_timeout: 0 }),
  };
  const connection = await openConnection({ url, endpoint, parameters });
  try {
    const { isStandby } = await session.greet(connection);
    if (isStandby) throw databaseFailure("CONNECT_FAILED", "It is a standby, which can only be read");
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
    // Of a higher isolation level, even an idle transaction has a snapshot, which CREATE INDEX CONCURRENTLY waits for.
    await run("begin isolation level read committed read write");
    // transaction_timeout is Postgres 17's.
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
        // A pooler would have to close its own connection otherwise. After a lost one there is nothing to roll back.
        if (error instanceof postgres.PostgresError) await run("rollback").catch(() => {});
        throw error;
      }
    },
    close: connection.close,
  };
}
