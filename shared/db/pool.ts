import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "./schema.ts";
import { driverSocket } from "./socket.ts";

export type Database = PostgresJsDatabase<typeof schema>;
export type Pool = { db: Database; close(): Promise<void> };

// Longer than any statement of ours takes, shorter than a request's deadline: what is stuck is given up by the server, not by a vanished client.
const STATEMENT_TIMEOUT_MS = 20_000;

/** Opens a pool that connects with its first query. */
export function openPool(options: { url: string; max: number; applicationName: string }): Pool {
  const client = postgres(options.url, {
    max: options.max,
    // A function that idles gives its connections back well before its pod is stopped.
    idle_timeout: 30,
    connect_timeout: 5,
    max_lifetime: 1_800,
    // One flight less for each connect; nothing here passes or reads Postgres arrays.
    fetch_types: false,
    onnotice: () => {},
    ...driverSocket,
    connection: { application_name: options.applicationName, statement_timeout: STATEMENT_TIMEOUT_MS },
  });
  return {
    db: drizzle(preparing(client), { schema }),
    // A query still running after this is beyond saving; queue-proxy's grace is longer.
    close: () => client.end({ timeout: 5 }),
  };
}

/**
 * Drizzle sends each query unprepared unless its caller wrote `.prepare()`; a prepared one costs a third (planning is
 * most of a primary-key read). Its driver calls only `unsafe`, `begin` and `savepoint`, so these say `prepare` for it.
 */
function preparing<T extends postgres.Sql | postgres.TransactionSql>(client: T): T {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      if (key === "unsafe") {
        return (query: string, params?: unknown[]) => value.call(target, query, params, { prepare: true });
      }
      if (key === "begin" || key === "savepoint") {
        return (...args: unknown[]) => {
          // The last argument of both is the callback that gets the transaction's own client.
          const work = args.pop() as (tx: postgres.TransactionSql) => unknown;
          return value.call(target, ...args, (tx: postgres.TransactionSql) => work(preparing(tx)));
        };
      }
      return value;
    },
  });
}
