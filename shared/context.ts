import type { Config } from "./config.ts";
import { type Database, openPool, type Pool } from "./db/pool.ts";
import type { Account } from "./db/schema.ts";
import { UserError } from "./errors.ts";
import type { Fetch } from "./fetch/fetch.ts";
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
  /** Returns a function that says whether to start more work: until `budgetMs` from now, the call's end or the drain. */
  until(budgetMs: number): () => boolean;
  /** Aborted when the time for this call is up. */
  readonly signal: AbortSignal;
  /** Aborted when the process was told to end: finish what is in hand, take on nothing new. */
  readonly draining: AbortSignal;
  /**
   * Returns a context with these values in place of its own; its database heeds the new signal. A spread would open the
   * database and the fetcher, and keep the old signal.
   */
  with<T extends object>(changes: Partial<Values> & T): Context & T;
};

/** Who sent a request, as far as it says so itself. */
export type Caller = {
  /** Undefined for a visitor who has none, which is what most of them are. */
  account: Pick<Account, "id" | "email"> | undefined;
  /** What showed that it is the account's: the browser's cookie, or an app's key. */
  credential: { kind: "login" | "api-key"; id: number } | undefined;
  /** Digest of the browser's own cookie, which outlasts its logins; undefined where it sent none. */
  browserSha256?: Buffer | undefined;
  /** Values of Set-Cookie that the reply has to carry: a login is renewed, or cookies of other hosts are deleted. */
  cookies?: readonly string[];
  /** Its cookies cannot be told from another host's. Once those are deleted, the same request can be answered. */
  tossed?: { canRetry: boolean };
  /** The client's IP address; empty where there is none. */
  address: string;
  userAgent: string | undefined;
  /** The site as the browser has reached it, where that is another address than the public URL. */
  site?: Pick<Config, "publicUrl">;
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
            if (openFetch === undefined) throw new Error("This function's definition does not say that it fetches");
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
/** Makes a context that opens the database and the fetcher with their first use. */
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
