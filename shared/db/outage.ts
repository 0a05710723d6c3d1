import { databaseFailure } from "./failure.ts";

// Longer than a restart or a failover takes, so that these are waited for; short enough to tell a reader quickly.
const OPEN_AFTER_MS = 10_000;
// Together within the 50 ms in which an outage is told: for a probe that is under way, and for one of one's own.
const JOIN_WAIT_MS = 10;
const PROBE_WAIT_MS = 35;
// For the rest of the login of a server that answers: the first request after an outage is not refused.
const LOGIN_WAIT_MS = 1_000;
// Between probes that no request asked for: often while an outage is young, seldom when it lasts.
const PROBE_INTERVAL_MS = 1_000;
const PROBE_INTERVAL_LATE_MS = 5_000;
const LATE_AFTER_MS = 60_000;
// A probe without an answer after this time counts as failed, although it may still try other hosts of the URL.
const PROBE_OVERDUE_MS = 4_000;

export type Outage = {
  recordSuccess(): void;
  /** @param since when the statement that failed began, by `performance.now()` */
  recordFailure(since: number): void;
  /**
   * Lets a statement pass, unless the database has been away for ten seconds: then one probe at a time asks for it, and
   * who comes meanwhile waits a moment for its outcome.
   *
   * @throws Error OUTAGE within 50 ms
   */
  admit(): Promise<void>;
  /** Asks for the database now, unless a probe is under way. @param since when what raised the suspicion began */
  probe(since?: number): Promise<boolean>;
  /** Aborted, with the error OUTAGE, when an outage has lasted ten seconds; another one after each recovery. */
  readonly opened: AbortSignal;
  status(): "up" | "down" | "unknown";
  close(): void;
};

type Options = {
  /** Asks the database for anything; rejects where it is away. @param onAnswer called with the first that it says */
  ask(onAnswer: () => void): Promise<void>;
  /** Called when an outage has lasted ten seconds. */
  onOpen(): void;
};

/** The breaker before the database. An outage begins with the first failure after the last success. */
export function createOutage({ ask, onOpen }: Options): Outage {
  let lastSuccessAt: number | undefined;
  let failingSince: number | undefined;
  let running: Promise<boolean> | undefined;
  let opening = new AbortController();
  let openTimer: NodeJS.Timeout | undefined;
  let probeTimer: NodeJS.Timeout | undefined;
  let answeringAt: number | undefined;
  let isClosed = false;

  function recordSuccess(): void {
    lastSuccessAt = performance.now();
    if (failingSince === undefined) return;
    failingSince = undefined;
    clearTimeout(openTimer);
    clearTimeout(probeTimer);
    if (opening.signal.aborted) opening = new AbortController();
  }

  function recordFailure(since: number): void {
    if (isClosed || failingSince !== undefined || since < (lastSuccessAt ?? Number.NEGATIVE_INFINITY)) return;
    failingSince = since;
    const openMs = Math.max(0, since + OPEN_AFTER_MS - performance.now());
    openTimer = setTimeout(() => {
      opening.abort(outageError());
      onOpen();
    }, openMs).unref();
    scheduleProbe();
  }

  function scheduleProbe(): void {
    if (isClosed || failingSince === undefined) return;
    const isLate = performance.now() - failingSince > LATE_AFTER_MS;
    const intervalMs = (isLate ? PROBE_INTERVAL_LATE_MS : PROBE_INTERVAL_MS) * (0.5 + Math.random());
    clearTimeout(probeTimer);
    probeTimer = setTimeout(() => void probe(), intervalMs).unref();
  }

  function probe(since = performance.now()): Promise<boolean> {
    if (running !== undefined) return running;
    answeringAt = undefined;
    const overdue = setTimeout(() => recordFailure(since), PROBE_OVERDUE_MS).unref();
    running = ask(() => {
      answeringAt = performance.now();
    })
      .then(
        () => {
          recordSuccess();
          return true;
        },
        () => {
          recordFailure(since);
          return false;
        },
      )
      .finally(() => {
        clearTimeout(overdue);
        running = undefined;
        scheduleProbe();
      });
    return running;
  }

  /** Whether the server that is probed has begun to answer just now; one that stalls in the login is none. */
  function isLoggingIn(): boolean {
    return answeringAt !== undefined && performance.now() - answeringAt < LOGIN_WAIT_MS;
  }

  async function admit(): Promise<void> {
    if (!opening.signal.aborted) return;
    // One that began before this call may have asked a moment too early.
    if (running !== undefined && (await within(running, JOIN_WAIT_MS)) === true) return;
    const probing = probe();
    // A server that says something is back, or says why it is not: in either case soon.
    const isBack = (await within(probing, PROBE_WAIT_MS)) ?? (isLoggingIn() && (await within(probing, LOGIN_WAIT_MS)));
    if (isBack !== true) throw outageError();
  }

  return {
    recordSuccess,
    recordFailure,
    admit,
    probe,
    get opened() {
      return opening.signal;
    },
    status: () => (failingSince !== undefined ? "down" : lastSuccessAt !== undefined ? "up" : "unknown"),
    close() {
      isClosed = true;
      clearTimeout(openTimer);
      clearTimeout(probeTimer);
    },
  };
}

/** What `work` resolves to; undefined where that takes longer than `ms`. */
async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function outageError(): Error {
  return databaseFailure("OUTAGE", `The database has been away for ${OPEN_AFTER_MS / 1_000} s`);
}
