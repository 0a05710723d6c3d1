import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import type { Connection, Rows } from "./connection.ts";
import type { Mode } from "./session.ts";
import { STATEMENT_TIMEOUT_MS, statementTimeoutMs } from "./session.ts";

/**
 * The database as one call sees it. Each use says whether the statement may be repeated:
 *
 * - `repeatable`: running it twice is harmless, even if the first run succeeded and only its reply was lost. It is
 *   retried after transient failures: a restart, a failover, a lost connection, a full server, a deadlock.
 * - `once`: it is retried only if it certainly had no effect.
 *
 * Within a transaction both are the same: the transaction is retried as a whole or not at all.
 */
export type Database = { readonly repeatable: Statements; readonly once: Statements };
export type Statements = Pick<
  PostgresJsDatabase,
  "select" | "selectDistinct" | "insert" | "update" | "delete" | "execute"
> & {
  /**
   * Runs `work` in a transaction, or in a savepoint if it is already in one. A repeatable transaction may run `work`
   * several times, so `work` must have no effects outside the database.
   */
  transaction<T>(work: (tx: Database) => Promise<T>, options?: { isReadOnly?: boolean }): Promise<T>;
};

export type Send = (text: string, parameters: readonly unknown[], asValues: boolean) => Promise<Rows>;

/** Makes drizzle's query builders, which send their statements with `send`. */
export function statementsOf(send: Send, transaction: Statements["transaction"]): Statements {
  const client = {
    // Drizzle sets parsers and serializers here; the connections already have them.
    options: { parsers: {}, serializers: {} },
    unsafe: (text: string, parameters: readonly unknown[]) => ({
      // Drizzle either awaits this or calls `values` for rows as arrays.
      // biome-ignore lint/suspicious/noThenProperty: the driver also sends its queries when they are awaited
      then: (...callbacks: Parameters<Promise<Rows>["then"]>) => send(text, parameters, false).then(...callbacks),
      values: () => send(text, parameters, true),
    }),
  };
  // Drizzle uses only these members of a client; its transactions are replaced.
  const builders = drizzle(client as unknown as postgres.Sql);
  return Object.assign(builders, { transaction });
}

type Call = { signal: AbortSignal; mode: Mode };
type TransactionOptions<T> = { work: (tx: Database) => Promise<T>; isReadOnly: boolean; onBegin(): void };

/** Runs a transaction on a connection. A failure leaves no effect, unless the reply to the commit was lost. */
export async function runTransaction<T>(
  connection: Connection,
  { work, isReadOnly, onBegin, ...call }: TransactionOptions<T> & Call,
): Promise<T> {
  const send = sendOn(connection, call);
  // Sessions behind a pooler have no timeout of their own.
  const timeout = call.mode === "direct" ? "" : `; set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`;
  await send(`begin${isReadOnly ? " read only" : ""}${timeout}`, [], false);
  onBegin();
  let result: T;
  try {
    result = await work(transactionOf(connection, call));
  } catch (error) {
    // An unclean connection will be closed, which also rolls back.
    if (connection.isClean) await send("rollback", [], false).catch(() => {});
    throw error;
  }
  const { command } = await send("commit", [], false);
  if (command !== "COMMIT") throw new Error("Cannot commit: a statement of the transaction has failed");
  return result;
}

/** Returns the database inside a transaction; nested transactions become savepoints. */
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

/** Returns a `Send` for one connection. */
export function sendOn(connection: Connection, { signal, mode }: Call): Send {
  return (text, parameters, asValues) =>
    connection.run(text, parameters, {
      asValues,
      signal,
      timeoutMs: statementTimeoutMs(mode),
      // Statements without parameters are rare, or begin and end transactions, so preparing them gains nothing.
      isPrepared: mode !== "pooled" && parameters.length > 0,
    });
}
