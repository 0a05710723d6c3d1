import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import type { Connection, Rows } from "./connection.ts";
import type { Mode } from "./session.ts";
import { STATEMENT_TIMEOUT_MS, statementTimeoutMs } from "./session.ts";

/**
 * The database as one call sees it. Each statement says where it is written whether it may be repeated:
 *
 * - `repeatable`: doing it twice does no harm, even where the first time succeeded and only its reply was lost. It is
 *   tried again after whatever passes: a restart, a failover, a lost connection, a full server, a deadlock.
 * - `once`: is tried again only where it was certainly not done.
 *
 * Within a transaction both are the same: the transaction as a whole is tried again, or not.
 */
export type Database = { readonly repeatable: Statements; readonly once: Statements };
export type Statements = Pick<
  PostgresJsDatabase,
  "select" | "selectDistinct" | "insert" | "update" | "delete" | "execute"
> & {
  /**
   * Runs `work` in a transaction, or within another's savepoint. A repeatable one may run `work` several times, so that
   * this must do nothing but ask the database.
   */
  transaction<T>(work: (tx: Database) => Promise<T>, options?: { isReadOnly?: boolean }): Promise<T>;
};

/** Sends one statement, somehow. */
export type Send = (text: string, parameters: readonly unknown[], asValues: boolean) => Promise<Rows>;

/** Makes drizzle's builders of what sends their statements. */
export function statementsOf(send: Send, transaction: Statements["transaction"]): Statements {
  const client = {
    // What drizzle sets here, the connections have already.
    options: { parsers: {}, serializers: {} },
    unsafe: (text: string, parameters: readonly unknown[]) => ({
      // Drizzle either awaits this or asks for its rows as arrays.
      // biome-ignore lint/suspicious/noThenProperty: the driver's own queries are sent when they are awaited, too.
      then: (...callbacks: Parameters<Promise<Rows>["then"]>) => send(text, parameters, false).then(...callbacks),
      values: () => send(text, parameters, true),
    }),
  };
  // Of a client, drizzle uses only what is above; its transactions are replaced.
  const builders = drizzle(client as unknown as postgres.Sql);
  return Object.assign(builders, { transaction });
}

type Call = { signal: AbortSignal; mode: Mode };
type TransactionOptions<T> = { work: (tx: Database) => Promise<T>; isReadOnly: boolean; onBegin(): void };

/** Runs a transaction on a connection. After a failure nothing of it is left, unless it was the commit's reply that was lost. */
export async function runTransaction<T>(
  connection: Connection,
  { work, isReadOnly, onBegin, ...call }: TransactionOptions<T> & Call,
): Promise<T> {
  const send = sendOn(connection, call);
  // Through a pooler there is no session to set a timeout for.
  const timeout = call.mode === "direct" ? "" : `; set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`;
  await send(`begin${isReadOnly ? " read only" : ""}${timeout}`, [], false);
  onBegin();
  let result: T;
  try {
    result = await work(transactionOf(connection, call));
  } catch (error) {
    // The connection of a statement that failed is closed, which does the same.
    if (connection.isClean) await send("rollback", [], false).catch(() => {});
    throw error;
  }
  const { command } = await send("commit", [], false);
  if (command !== "COMMIT") throw new Error("Cannot commit: a statement of the transaction has failed");
  return result;
}

/** A transaction that is under way: its statements, and further transactions as savepoints. */
function transactionOf(connection: Connection, call: Call): Database {
  const send = sendOn(connection, call);
  const statements = statementsOf(send, async (work) => {
    await send("savepoint podcore", [], false);
    try {
      const result = await work(database);
      await send("release savepoint podcore", [], false);
      return result;
    } catch (error) {
      await send("rollback to savepoint podcore", [], false);
      throw error;
    }
  });
  const database = { repeatable: statements, once: statements };
  return database;
}

/** Sends statements on one connection. */
export function sendOn(connection: Connection, { signal, mode }: Call): Send {
  return (text, parameters, asValues) =>
    connection.run(text, parameters, {
      asValues,
      signal,
      timeoutMs: statementTimeoutMs(mode),
      // What has no parameters is seldom sent, or begins and ends transactions: not worth a plan.
      isPrepared: mode !== "pooled" && parameters.length > 0,
    });
}
