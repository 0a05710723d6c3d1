import postgres from "postgres";
import type { Log } from "../log/log.ts";
import { createSemaphore } from "../semaphore.ts";
import { type Connection, openConnection } from "./connection.ts";
import { type Database, runTransaction, type Statements, sendOn, statementsOf } from "./database.ts";
import { databaseFailure, errorCodeOf, hadNoEffect, isDatabaseUnavailable, isTransient } from "./failure.ts";
import { createOutage } from "./outage.ts";
import { pauseBefore } from "./retry.ts";
import * as session from "./session.ts";
import { type Endpoint, knock } from "./socket.ts";

export type { Database } from "./database.ts";
export type Pool = {
  /** Returns the database for one call, whose statements are cancelled when `signal` is aborted. */
  databaseFor(call: { signal: AbortSignal }): Database;
  /** The database for work without a deadline. */
  readonly db: Database;
  /** `up` if the most recent attempt to reach the database got an answer. */
  status(): "up" | "down" | "unknown";
  /** Closes the pool. Waits up to five seconds for running statements. */
  close(): Promise<void>;
};
type PoolOptions = { url: string; max: number; applicationName: string; log?: Log };
/** Options for opening a connection to find out if the server is back. Calls `knock` first. */
type Probe = Parameters<Parameters<typeof createOutage>[0]["ask"]>[0];
type Idle = { connection: Connection; since: number; timer: NodeJS.Timeout };

// An idle function releases its connections well before its pod is stopped.
const IDLE_MS = 30_000;
// If the server is nearly full, idle connections close earlier. These are the delays between checks.
const FIRST_CHECK_MS = 1_000;
const NEXT_CHECK_MS = 5_000;
// A connection used recently needs no ping. One idle for longer may have been dropped by a firewall or proxy.
const PING_AFTER_MS = 5_000;
// Bounds the age of sessions on the server. Each lives up to a tenth less, so that they do not all end at once.
const LIFETIME_MS = 1_800_000;
// After this time a statement is slow, or its server has vanished silently. Another connection finds out which.
const SUSPECT_AFTER_MS = 3_000;
// When an outage is declared, connections in use that have been silent for this long are destroyed.
const SILENT_AFTER_MS = 9_000;
// Failures that last longer do not go away by waiting. Within a request's deadline.
const RETRY_FOR_MS = 15_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** Makes a pool. It opens its first connection for the first statement. */
export function openPool({ url, max, applicationName, log }: PoolOptions): Pool {
  const endpoints = session.listEndpoints(url);
  const slots = createSemaphore(max);
  const inUse = new Set<Connection>();
  const idle: Idle[] = [];
  const outage = createOutage({
    ask: async (probe) => keep(await open(probe)),
    onOpen: () => {
      const since = performance.now() - SILENT_AFTER_MS;
      for (const connection of inUse) if (connection.answeredAt < since) connection.destroy();
    },
  });
  // Detected with the first connection.
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
        // Tries the failed host last from now on.
        endpoints.push(...endpoints.splice(endpoints.indexOf(endpoint), 1));
      }
    }
    throw failure;
  }

  async function openAt(endpoint: Endpoint, probe: Probe): Promise<Connection> {
    if (probe.onAnswer !== undefined) await knock(endpoint, probe.signal).then(probe.onAnswer);
    const parameters = (knowsPooler ? session.poolerParameters : session.sessionParameters)(applicationName);
    const connection = await openConnection({ url, endpoint, parameters, ...probe });
    try {
      const { isPooled, isStandby } = await session.identifyServer(connection);
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

  /** Returns the most recently used idle connection, or opens one. The caller holds a slot. */
  async function obtain(): Promise<Connection> {
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

  /** Obtains a connection unless `signal` or an outage comes first. Keeps a later connection for other calls. */
  async function obtainUnlessAborted(signal: AbortSignal): Promise<Connection> {
    const { promise, reject } = Promise.withResolvers<never>();
    const signals = [signal, outage.opened];
    let isGivenUp = false;
    const giveUp = (): void => {
      isGivenUp = true;
      reject(signals.find(({ aborted }) => aborted)?.reason);
    };
    for (const one of signals) one.addEventListener("abort", giveUp, { once: true });
    const obtained = obtain().then((connection) => {
      if (isGivenUp) keep(connection);
      return connection;
    });
    try {
      return await Promise.race([obtained, promise]);
    } finally {
      for (const one of signals) one.removeEventListener("abort", giveUp);
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
      // Without requests, a lost idle connection is the first sign of an outage.
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

  /** Closes a connection that has been idle for long, or earlier if the server is nearly full. */
  async function check(entry: Idle): Promise<void> {
    const { connection, since } = entry;
    const release = slots.tryAcquire();
    // All slots are in use, so this connection will be needed soon.
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

  /** Runs `work` with a connection that it does not share. */
  async function use<T>(signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T> {
    if (isClosed) throw databaseFailure("POOL_CLOSED", "The pool is closed");
    await outage.admit();
    const release = slots.tryAcquire() ?? (await slots.acquire({ signal: AbortSignal.any([signal, outage.opened]) }));
    let connection: Connection | undefined;
    const startedAt = performance.now();
    const suspicion = setTimeout(() => void outage.probe(startedAt), SUSPECT_AFTER_MS).unref();
    try {
      connection = await obtainUnlessAborted(signal);
      connection.answeredAt = performance.now();
      connection.onAnswered = outage.recordSuccess;
      inUse.add(connection);
      const result = await work(connection);
      outage.recordSuccess();
      return result;
    } catch (error) {
      const isAway = isDatabaseUnavailable(error) && errorCodeOf(error) !== "57014";
      if (isAway) outage.recordFailure(startedAt);
      // The pooler does not follow prepared statements after all.
      if (["26000", "42P05"].includes(errorCodeOf(error) ?? "")) mode = "pooled";
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
        log?.debug("Retrying a database statement", { attempt, code: errorCodeOf(error) });
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
          // Once `work` has begun, it may have had effects outside the database.
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

  /** Returns the mode, which is known once a connection is open. */
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
    // All slots are free once nothing is running.
    await slots.acquire({ weight: max, signal: deadline }).catch(() => {
      for (const connection of inUse) connection.destroy();
    });
  }

  function databaseFor(call: { signal: AbortSignal }): Database {
    return { repeatable: statementsFor(call, isTransient), once: statementsFor(call, hadNoEffect) };
  }

  return {
    databaseFor,
    db: databaseFor({ signal: new AbortController().signal }),
    status: outage.status,
    close,
  };
}
