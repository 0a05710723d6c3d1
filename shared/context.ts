import type { Config } from "./config.ts";
import { type Database, openPool, type Pool } from "./db/pool.ts";
import { UserError } from "./errors.ts";
import type { Fetch } from "./fetch/fetch.ts";
import type { Caller } from "./http/caller.ts";
import type { Log } from "./log/log.ts";

/** What a use case may touch. */
export type Context = {
  readonly config: Config;
  /** Opened with its first use. */
  readonly db: Database;
  /** The database apart from the call's time: to give back what the call holds, also when its time is up. For 5 s from its use. */
  readonly detachedDb: Database;
  /** Outbound HTTP with its limits; opened with its first use. */
  readonly fetch: Fetch;
  readonly log: Log;
  /** Who asks. Nobody where the function does not ask for that, and for ticks and operators. */
  readonly caller: Caller;
  /** Replaced in tests. Due times and leases do not use it: they are the database's podcore_now(). */
  now(): Date;
  /** Aborted when the time for this call is up. */
  readonly signal: AbortSignal;
  /** Aborted when the process was told to end: finish what is in hand, take on nothing new. */
  readonly draining: AbortSignal;
};

export const NOBODY: Caller = { account: undefined, credential: undefined, address: "", userAgent: undefined };

// Within the grace that a process has to end.
const DETACHED_TIMEOUT_MS = 5_000;

export type OpenFetch = (config: Config) => Fetch;
/** What a process opens once and shares among its calls. */
export type Resources = {
  contextFor(call: { signal: AbortSignal; openFetch: OpenFetch | undefined }): Context;
  /** Whether the last that was heard of the database was an answer. */
  databaseStatus(): "up" | "down" | "unknown";
  /** Tells what is running to take on nothing new. */
  drain(): void;
  close(): Promise<void>;
};

export function createResources({ config, log, name }: { config: Config; log: Log; name: string }): Resources {
  let pool: Pool | undefined;
  let fetch: Fetch | undefined;
  const draining = new AbortController();

  function openDatabase(): Pool {
    if (config.databaseUrl === undefined) {
      log.error("Cannot open the database: DATABASE_URL is not set");
      throw new UserError(503, "Service unavailable: no database is configured");
    }
    const { databaseUrl: url, databaseConnections: max } = config;
    return openPool({ url, max, applicationName: `podcore-${name}`, log });
  }

  return {
    contextFor({ signal, openFetch }) {
      let db: Database | undefined;
      return {
        config,
        log,
        signal,
        draining: draining.signal,
        caller: NOBODY,
        now: () => new Date(),
        get db() {
          pool ??= openDatabase();
          db ??= pool.databaseFor({ signal });
          return db;
        },
        get detachedDb() {
          pool ??= openDatabase();
          return pool.databaseFor({ signal: AbortSignal.timeout(DETACHED_TIMEOUT_MS) });
        },
        get fetch() {
          if (openFetch === undefined) throw new Error("This function's definition does not say that it fetches");
          fetch ??= openFetch(config);
          return fetch;
        },
      };
    },
    databaseStatus: () => pool?.status() ?? "unknown",
    drain: () => draining.abort(),
    close: async () => pool?.close(),
  };
}
