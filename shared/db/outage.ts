import { setTimeout as sleep } from "node:timers/promises";
import { databaseFailure } from "./failure.ts";

// Longer than a restart or a failover takes, so that these are waited for; short enough to tell a reader quickly.
const OPEN_AFTER_MS = 10_000;
// How long a request waits for a server that says nothing, its own probe included: an outage is told within 50 ms.
const REQUEST_WAIT_MS = 40;
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
   * Lets a statement pass, unless the database has been away for ten seconds: then the statement waits for a short
   * probe, of which there is one at a time. It does not wait for the patient probe of the timer, whose connection may
   * stay silent for seconds after the server is back.
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

type Probe = { isAnswered: boolean; readonly succeeded: Promise<boolean> };
type Options = {
  /** Connects to the database; rejects if it is away, or when `signal` is aborted. `onAnswer` is called with its first bytes. */
  ask(options: { onAnswer?: () => void; signal?: AbortSignal }): Promise<void>;
  /** Called when an outage has lasted ten seconds. */
  onOpen(): void;
};

/** The breaker before the database. An outage begins with the first failure after the last success. */
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

  /** @param elapsedMs how long the last probe took: one that waited in vain has been pause enough */
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

  /** Probes for a request: given up after a moment of silence, so that the next request's probe meets a server that is back. */
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
   * Waits for `ms` for the outcome of a request's probe or of the patient one, whose connection is the first that a
   * server which was frozen answers. Waits longer if the server has begun to answer: it is back, or soon says why not.
   */
  async function isBack(probe: Probe, ms: number): Promise<boolean> {
    const patient = running?.then((isUp) => isUp || probe.succeeded);
    const waited = await Promise.race([probe.succeeded, sleep(ms), ...(patient === undefined ? [] : [patient])]);
    return waited ?? (probe.isAnswered && probe.succeeded);
  }

  async function admit(): Promise<void> {
    if (!opening.signal.aborted) return;
    const startedAt = performance.now();
    // One that began before this call may have asked a moment too early.
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
  return databaseFailure("OUTAGE", `The database has been away for ${OPEN_AFTER_MS / 1_000} s`);
}
