import postgres from "postgres";
import type { Log } from "../log/log.ts";
import { createSemaphore } from "../semaphore.ts";
import { type Connection, openConnection } from "./connection.ts";
import { type Database, runTransaction, type Statements, sendOn, statementsOf } from "./database.ts";
import { databaseFailure, findCode, hadNoEffect, isDatabaseUnavailable, isPassing } from "./failure.ts";
import { createOutage } from "./outage.ts";
import { pauseBefore } from "./retry.ts";
import * as session from "./session.ts";
import type { Endpoint } from "./socket.ts";

export type { Database } from "./database.ts";
export type Pool = {
  /** The database for one call: its statements are given up when `signal` is aborted. */
  databaseFor(call: { signal: AbortSignal }): Database;
  /** The database for what never gives up. */
  readonly db: Database;
  /** Whether the last that was heard of the database was an answer. */
  status(): "up" | "down" | "unknown";
  /** Lets what runs finish, for five seconds at most. */
  close(): Promise<void>;
};
type PoolOptions = { url: string; max: number; applicationName: string; log?: Log };
/** Of a connection that is opened to see whether the server is back. */
type Probe = { onAnswer?: () => void; signal?: AbortSignal };
type Idle = { connection: Connection; since: number; timer: NodeJS.Timeout };

// A function that idles gives its connections back well before its pod is stopped.
const IDLE_MS = 30_000;
// Where the server is nearly full, others need them sooner.
const FIRST_CHECK_MS = 1_000;
const NEXT_CHECK_MS = 5_000;
// A connection that was used just now is there; one that was not may have been forgotten by what lies between.
const PING_AFTER_MS = 5_000;
// So that no session grows old on the server; less up to a tenth, so that not all end at once.
const LIFETIME_MS = 1_800_000;
// A statement that takes longer is slow, or its server is gone without a word: another connection finds out.
const SUSPECT_AFTER_MS = 3_000;
// A connection in use that has answered nothing for so long when an outage is told is part of it.
const SILENT_AFTER_MS = 9_000;
// Beyond it the database is out of order in a way that waiting does not mend. Within a request's deadline.
const RETRY_FOR_MS = 15_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** Makes a pool, which connects with its first statement. */
export function openPool({ url, max, applicationName, log }: PoolOptions): Pool {
  const endpoints = session.listEndpoints(url);
  const places = createSemaphore(max);
  const inUse = new Set<Connection>();
  const idle: Idle[] = [];
  const outage = createOutage({
    ask: async (probe) => keep(await open(probe)),
    onOpen: () => {
      const since = performance.now() - SILENT_AFTER_MS;
      for (const connection of inUse) if (connection.answeredAt < since) connection.destroy();
    },
  });
  // Found out with the first connection.
  let mode: session.Mode | undefined;
  let knowsPooler = false;
  let isClosed = false;

  async function open(probe: Probe = {}): Promise<Connection> {
    let failure: unknown;
    for (const endpoint of [...endpoints]) {
      try {
        return await openAt(endpoint, probe);
      } catch (error) {
        failure = error;
        // The one that answers is asked first from then on.
        endpoints.push(...endpoints.splice(endpoints.indexOf(endpoint), 1));
      }
    }
    throw failure;
  }

  async function openAt(endpoint: Endpoint, probe: Probe): Promise<Connection> {
    const parameters = (knowsPooler ? session.poolerParameters : session.sessionParameters)(applicationName);
    const connection = await openConnection({ url, endpoint, parameters, ...probe });
    try {
      const { isPooled, isStandby } = await session.greet(connection);
      if (isStandby && endpoints.length > 1) throw databaseFailure("CONNECT_FAILED", "Cannot use a standby");
      mode ??= !isPooled
        ? "direct"
        : (await session.followsPreparedStatements(connection))
          ? "pooled-prepared"
          : "pooled";
      return connection;
    } catch (cause) {
      connection.destroy();
      if (session.isParameterRefused(cause) && !knowsPooler) {
        knowsPooler = true;
        mode = undefined;
        return openAt(endpoint, probe);
      }
      if (cause instanceof postgres.PostgresError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw databaseFailure("CONNECT_FAILED", `Cannot log in to Postgres: ${reason}`, cause);
    }
  }

  /** Takes an idle connection, the last used first, or opens one. The caller has a place. */
  async function take(): Promise<Connection> {
    for (let entry = idle.pop(); entry !== undefined; entry = idle.pop()) {
      const { connection, since, timer } = entry;
      clearTimeout(timer);
      connection.onLost = undefined;
      if (!connection.isClean) continue;
      if (performance.now() - since < PING_AFTER_MS) return connection;
      try {
        await session.ping(connection);
        return connection;
      } catch {
        connection.destroy();
      }
    }
    return open();
  }

  /** Takes a connection unless the call is given up or an outage is told first; what comes later is kept for others. */
  async function takeWithin(signal: AbortSignal): Promise<Connection> {
    const { promise, reject } = Promise.withResolvers<never>();
    const given = [signal, outage.opened];
    let isGivenUp = false;
    const giveUp = (): void => {
      isGivenUp = true;
      reject(given.find(({ aborted }) => aborted)?.reason);
    };
    for (const one of given) one.addEventListener("abort", giveUp, { once: true });
    const taking = take().then((connection) => {
      if (isGivenUp) keep(connection);
      return connection;
    });
    try {
      return await Promise.race([taking, promise]);
    } finally {
      for (const one of given) one.removeEventListener("abort", giveUp);
    }
  }

  function keep(connection: Connection): void {
    connection.onAnswered = undefined;
    const isOld = performance.now() - connection.openedAt > LIFETIME_MS * (0.9 + Math.random() / 10);
    if (!connection.isClean || isClosed || isOld || idle.length >= max) connection.close();
    else putAway(connection, { since: performance.now(), checkMs: FIRST_CHECK_MS });
  }

  function putAway(connection: Connection, { since, checkMs }: { since: number; checkMs: number }): void {
    const timer = setTimeout(() => void check(entry), checkMs).unref();
    const entry: Idle = { connection, since, timer };
    connection.onLost = () => {
      forget(entry);
      // The first sign of an outage, where nobody asks anything.
      if (!isClosed) void outage.probe();
    };
    idle.push(entry);
  }

  function forget(entry: Idle): void {
    clearTimeout(entry.timer);
    entry.connection.onLost = undefined;
    const index = idle.indexOf(entry);
    if (index !== -1) idle.splice(index, 1);
  }

  /** Closes an idle connection that nobody has used for long, or that others need more. */
  async function check(entry: Idle): Promise<void> {
    const { connection, since } = entry;
    const release = places.tryAcquire();
    // All are in use: this one is needed soon.
    if (release === undefined) {
      forget(entry);
      return putAway(connection, { since, checkMs: NEXT_CHECK_MS });
    }
    forget(entry);
    try {
      const isLong = performance.now() - since >= IDLE_MS;
      if (isLong || (mode === "direct" && (await session.isServerFull(connection)))) connection.close();
      else putAway(connection, { since, checkMs: NEXT_CHECK_MS });
    } catch {
      connection.destroy();
    } finally {
      release();
    }
  }

  /** Runs `work` with a connection of its own. */
  async function use<T>(signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T> {
    if (isClosed) throw databaseFailure("POOL_CLOSED", "The pool is closed");
    await outage.admit();
    const release = places.tryAcquire() ?? (await places.acquire({ signal: AbortSignal.any([signal, outage.opened]) }));
    let connection: Connection | undefined;
    const startedAt = performance.now();
    const suspicion = setTimeout(() => void outage.probe(startedAt), SUSPECT_AFTER_MS).unref();
    try {
      connection = await takeWithin(signal);
      connection.answeredAt = performance.now();
      connection.onAnswered = outage.recordSuccess;
      inUse.add(connection);
      const result = await work(connection);
      outage.recordSuccess();
      return result;
    } catch (error) {
      const isAway = isDatabaseUnavailable(error) && findCode(error) !== "57014";
      if (isAway) outage.recordFailure(startedAt);
      // The server did not follow after all.
      if (["26000", "42P05"].includes(findCode(error) ?? "")) mode = "pooled";
      throw error;
    } finally {
      clearTimeout(suspicion);
      if (connection !== undefined) {
        inUse.delete(connection);
        keep(connection);
      }
      release();
    }
  }

  type Repeating<T> = {
    signal: AbortSignal;
    mayRepeat(error: unknown): boolean;
    work(connection: Connection): Promise<T>;
  };
  async function repeatedly<T>({ signal, mayRepeat, work }: Repeating<T>): Promise<T> {
    const startedAt = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await use(signal, work);
      } catch (error) {
        const isLate = performance.now() - startedAt > RETRY_FOR_MS;
        if (signal.aborted || isClosed || isLate || !mayRepeat(error)) throw error;
        log?.debug("Database statement repeated", { attempt, code: findCode(error) });
        await pauseBefore(attempt, AbortSignal.any([signal, outage.opened]));
      }
    }
  }

  function statementsFor({ signal }: { signal: AbortSignal }, mayRepeat: (error: unknown) => boolean): Statements {
    return statementsOf(
      (text, parameters, asValues) =>
        repeatedly({
          signal,
          mayRepeat,
          work: (connection) => sendOn(connection, { signal, mode: modeNow() })(text, parameters, asValues),
        }),
      (work, { isReadOnly = false } = {}) => {
        let hasBegun = false;
        return repeatedly({
          signal,
          // What has begun may have had effects that are not the database's.
          mayRepeat: (error) => (mayRepeat === hadNoEffect ? !hasBegun && hadNoEffect(error) : mayRepeat(error)),
          work: (connection) =>
            runTransaction(connection, {
              signal,
              mode: modeNow(),
              work,
              isReadOnly,
              onBegin: () => {
                hasBegun = true;
              },
            }),
        });
      },
    );
  }

  /** Known since the first connection was opened. */
  function modeNow(): session.Mode {
    return mode ?? "pooled";
  }

  async function close(): Promise<void> {
    isClosed = true;
    outage.close();
    for (const entry of [...idle]) {
      forget(entry);
      entry.connection.close();
    }
    const deadline = AbortSignal.timeout(CLOSE_TIMEOUT_MS);
    // All places are free when nothing runs.
    await places.acquire({ weight: max, signal: deadline }).catch(() => {
      for (const connection of inUse) connection.destroy();
    });
  }

  function databaseFor(call: { signal: AbortSignal }): Database {
    return { repeatable: statementsFor(call, isPassing), once: statementsFor(call, hadNoEffect) };
  }

  return {
    databaseFor,
    db: databaseFor({ signal: new AbortController().signal }),
    status: outage.status,
    close,
  };
}
