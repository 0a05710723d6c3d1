import { setTimeout as sleep } from "node:timers/promises";
import { databaseFailure } from "./failure.ts";

// Longer than a restart or a failover, so that requests wait for those; short enough to tell visitors soon.
const OPEN_AFTER_MS = 10_000;
// How long a request waits for a silent server, including its own probe, so that it fails within 50 ms.
const REQUEST_WAIT_MS = 40;
// How long to wait for the login once the server answers, so that the first request after an outage is not refused.
const LOGIN_WAIT_MS = 1_000;
// Between probes by the timer: frequent early in an outage, less frequent later.
const PROBE_INTERVAL_MS = 1_000;
const PROBE_INTERVAL_LATE_MS = 5_000;
const LATE_AFTER_MS = 60_000;
// A probe without an answer after this time counts as failed, even if it is still trying other hosts of the URL.
const PROBE_OVERDUE_MS = 4_000;

export type Outage = {
  recordSuccess(): void;
  /** @param since when the failed statement began, by `performance.now()` */
  recordFailure(since: number): void;
  /**
   * Lets a statement pass unless the database has been unreachable for ten seconds. Then the statement waits for a short
   * probe, which concurrent statements share, or for a running probe of the timer if that succeeds first. The timer's probe
   * alone is not enough: its connection may stay silent for seconds after the server is back.
   *
   * @throws Error OUTAGE within 50 ms
   */
  admit(): Promise<void>;
  /** Probes the database now, unless a probe is running. @param since when the suspicious statement began */
  probe(since?: number): Promise<boolean>;
  /** Aborted with the error OUTAGE once an outage has lasted ten seconds. Replaced by a new signal after each recovery. */
  readonly opened: AbortSignal;
  status(): "up" | "down" | "unknown";
  close(): void;
};

type Probe = { isAnswered: boolean; readonly succeeded: Promise<boolean> };
type Options = {
  /** Connects to the database; rejects if that fails or `signal` is aborted. Calls `onAnswer` at its first bytes. */
  ask(options: { onAnswer?: () => void; signal?: AbortSignal }): Promise<void>;
  /** Called once an outage has lasted ten seconds. */
  onOpen(): void;
};

/** Makes the circuit breaker for the database. An outage begins with the first failure after the last success. */
export function createOutage({ ask, onOpen }: Options): Outage {
  let lastSuccessAt: number | undefined;
  let failingSince: number | undefined;
  let running: Promise<boolean> | undefined;
  let requested: Probe | undefined;
  let opening = new AbortController();
  let openTimer: NodeJS.Timeout | undefined;
  let probeTimer: NodeJS.Timeout | undefined;
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

  /** @param elapsedMs duration of the last probe, which counts as part of the pause */
  function scheduleProbe(elapsedMs = 0): void {
    if (isClosed || failingSince === undefined) return;
    const isLate = performance.now() - failingSince > LATE_AFTER_MS;
    const intervalMs = (isLate ? PROBE_INTERVAL_LATE_MS : PROBE_INTERVAL_MS) * (0.5 + Math.random());
    clearTimeout(probeTimer);
    probeTimer = setTimeout(() => void probe(), Math.max(0, intervalMs - elapsedMs)).unref();
  }

  function probe(since = performance.now()): Promise<boolean> {
    if (running !== undefined) return running;
    const startedAt = performance.now();
    const overdue = setTimeout(() => recordFailure(since), PROBE_OVERDUE_MS).unref();
    running = ask({})
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
        scheduleProbe(performance.now() - startedAt);
      });
    return running;
  }

  /** Starts a probe for a request. It gives up soon if the server is silent, so that the next request can probe afresh. */
  function probeForRequest(): Probe {
    const givingUp = new AbortController();
    let timer = setTimeout(() => givingUp.abort(), REQUEST_WAIT_MS);
    const probe: Probe = { isAnswered: false, succeeded: run() };
    void probe.succeeded.then(() => {
      requested = undefined;
    });
    return probe;

    async function run(): Promise<boolean> {
      const onAnswer = (): void => {
        probe.isAnswered = true;
        clearTimeout(timer);
        timer = setTimeout(() => givingUp.abort(), LOGIN_WAIT_MS);
      };
      try {
        await ask({ onAnswer, signal: givingUp.signal });
        recordSuccess();
        return true;
      } catch {
        return false;
      } finally {
        clearTimeout(timer);
      }
    }
  }

  /**
   * Waits up to `ms` for the outcome of a request's probe, or of the timer's probe if that succeeds first: its connection is
   * the first that a frozen server answers. Waits longer if the server has begun to answer, because the outcome follows soon.
   */
  async function isBack(probe: Probe, ms: number): Promise<boolean> {
    const timerProbe = running?.then((isUp) => isUp || probe.succeeded);
    const waited = await Promise.race([probe.succeeded, sleep(ms), ...(timerProbe === undefined ? [] : [timerProbe])]);
    return waited ?? (probe.isAnswered && probe.succeeded);
  }

  async function admit(): Promise<void> {
    if (!opening.signal.aborted) return;
    const startedAt = performance.now();
    // A probe that began before this call may have failed just before the server was back.
    if (requested !== undefined && (await isBack(requested, REQUEST_WAIT_MS))) return;
    requested ??= probeForRequest();
    if (!(await isBack(requested, startedAt + REQUEST_WAIT_MS - performance.now()))) throw outageError();
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

function outageError(): Error {
  return databaseFailure("OUTAGE", `The database has been unreachable for ${OPEN_AFTER_MS / 1_000} s`);
}
