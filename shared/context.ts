import type { Config } from "./config.ts";
import { type Database, openPool, type Pool } from "./db/pool.ts";
import type { Account } from "./db/schema.ts";
import { UserError } from "./errors.ts";
import type { Fetch } from "./fetch/fetch.ts";
import type { Log } from "./log/log.ts";

/** What a use case may touch. */
export type Context = {
  readonly config: Config;
  /** Opened on first use. */
  readonly db: Database;
  /**
   * The database with a deadline 5 s after each access, so that a call can release its leases after its own deadline.
   */
  readonly detachedDb: Database;
  /** Outbound HTTP with its limits; opened on first use. */
  readonly fetch: Fetch;
  readonly log: Log;
  /** Who sent the request. `NOBODY` in ticks, operator functions and functions without `identify`. */
  readonly caller: Caller;
  /** Replaced in tests. Due times and leases use the database's podcore_now() instead. */
  now(): Date;
  /**
   * Returns a function that tells whether to start more work. It returns false after `budgetMs` from now, and once
   * `signal` or `draining` is aborted.
   */
  until(budgetMs: number): () => boolean;
  /** Aborted at this call's deadline. */
  readonly signal: AbortSignal;
  /** Aborted when the process is told to stop: finish the work in progress and start nothing new. */
  readonly draining: AbortSignal;
  /**
   * Returns a copy with these values replaced; its database uses the new signal. Do not spread a context instead: that
   * opens the database and the fetcher, and keeps the old signal.
   */
  with<T extends object>(changes: Partial<Values> & T): Context & T;
};

/** Who sent a request, as far as its credentials and headers tell. */
export type Caller = {
  /** Undefined for a visitor without an account; most visitors have none. */
  account: Pick<Account, "id" | "email"> | undefined;
  /** What authenticated the account: the browser's login cookie or an app's API key. */
  credential: { kind: "login" | "api-key"; id: number } | undefined;
  /** Digest of the cookie that identifies the browser across logins; undefined if the browser sent none. */
  browserSha256?: Buffer | undefined;
  /** Values of Set-Cookie that the reply must carry, to renew a login or to delete cookies of other hosts. */
  cookies?: readonly string[];
  /**
   * Set if another host may have set the request's cookies. `canRetry`: the browser may repeat the request, with
   * `query` added to its URL; then it is known.
   */
  tossed?: { canRetry: boolean; query?: Readonly<Record<string, string>> };
  /** Token for the forms of the caller's pages; set only where another host could change the cookies meanwhile. */
  pageToken?: string | undefined;
  /** The client's IP address; empty if unknown. */
  address: string;
  userAgent: string | undefined;
  /** The origin that the browser used, if it differs from the public URL. */
  site?: Pick<Config, "publicUrl">;
};

export const NOBODY: Caller = { account: undefined, credential: undefined, address: "", userAgent: undefined };

// Shorter than the grace period in which a process has to stop.
const DETACHED_TIMEOUT_MS = 5_000;

export type OpenFetch = (config: Config) => Fetch;
/** What a process opens once and shares between its calls. */
export type Resources = {
  contextFor(call: { signal: AbortSignal; openFetch: OpenFetch | undefined }): Context;
  /** `up` if the most recent attempt to reach the database got an answer. */
  databaseStatus(): "up" | "down" | "unknown";
  /** Tells running calls to start no new work. */
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

  function openedPool(): Pool {
    pool ??= openDatabase();
    return pool;
  }

  return {
    contextFor({ signal, openFetch }) {
      return makeContext(
        {
          config,
          log,
          database: (given) => openedPool().databaseFor({ signal: given }),
          fetch() {
            if (openFetch === undefined) throw new Error("Cannot fetch: the function's definition has no openFetch");
            fetch ??= openFetch(config);
            return fetch;
          },
        },
        { signal, draining: draining.signal, caller: NOBODY },
      );
    },
    databaseStatus: () => pool?.status() ?? "unknown",
    drain: () => draining.abort(),
    close: async () => pool?.close(),
  };
}

type Opening = { config: Config; log: Log; database(signal: AbortSignal): Database; fetch(): Fetch };
type Values = Pick<Context, "signal" | "draining" | "caller"> & { db?: Database; fetch?: Fetch; now?(): Date };
/** Makes a context that opens the database and the fetcher on first use. */
export function makeContext<V extends Values>(opening: Opening, values: V): Context & V {
  let { db } = values;
  return {
    now: () => new Date(),
    ...values,
    config: opening.config,
    log: opening.log,
    get db() {
      db ??= opening.database(values.signal);
      return db;
    },
    get detachedDb() {
      return opening.database(AbortSignal.timeout(DETACHED_TIMEOUT_MS));
    },
    get fetch() {
      return values.fetch ?? opening.fetch();
    },
    until(budgetMs) {
      const endMs = performance.now() + budgetMs;
      return () => performance.now() < endMs && !values.draining.aborted && !values.signal.aborted;
    },
    with: (changes) => makeContext(opening, { ...values, ...changes }),
  };
}
