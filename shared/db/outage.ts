import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { databaseFailure } from "./failure.ts";

// Longer than a restart or failover, so that requests wait for these. Short enough that visitors soon get an answer.
const OPEN_AFTER_MS = 10_000;
// How long a request waits for a silent server, including its own probe, so that it fails within 50 ms.
const REQUEST_WAIT_MS = 35;
// Maximum duration of a request's probe. Each one in a row that gets no answer lasts longer, and concurrent requests
// share it. This limits the number of abandoned connections, which a server must close when it is no longer frozen.
const MAX_REQUEST_PROBE_MS = 500;
// How long to wait for the login once the server answers, so that the first request after an outage is not refused.
const LOGIN_WAIT_MS = 1_000;
// Intervals between probes by the timer: short at first, longer after a minute.
const PROBE_INTERVAL_MS = 1_000;
const PROBE_INTERVAL_LATE_MS = 5_000;
const LATE_AFTER_MS = 60_000;
// A probe without an answer after this time counts as failed, even if it is still trying other hosts of the URL.
const PROBE_OVERDUE_MS = 4_000;
// The timer starts no probe while this many are running. A server that was frozen answers connections in order of
// arrival, so it answers one sooner if few are waiting.
const MAX_TIMER_PROBES = 5;

export type Outage = {
  recordSuccess(): void;
  /** @param since when the failed statement began, by `performance.now()` */
  recordFailure(since: number): void;
  /**
   * Lets a statement pass unless the database has been unreachable for ten seconds. Then the statement starts a short
   * probe, which concurrent statements share, and waits for the first probe that succeeds, the timer's among them. The
   * timer's alone are not enough: their connections may stay silent for seconds after the server is back.
   *
   * @throws Error OUTAGE within 50 ms
   */
  admit(): Promise<void>;
  /** Probes the database now, unless a probe is running. @param since when the suspicious statement began */
  probe(since?: number): Promise<boolean>;
  /**
   * Aborted with the error OUTAGE once an outage has lasted ten seconds. Replaced by a new signal after each recovery.
   */
  readonly opened: AbortSignal;
  status(): "up" | "down" | "unknown";
  close(): void;
};

type Probe = { isAnswered: boolean; readonly succeeded: Promise<boolean> };
type Ask = Parameters<Options["ask"]>[0];
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
  const probes = new Set<Probe>();
  let latest: Probe | undefined;
  let requested: Probe | undefined;
  // Number of requests' probes in a row that got no answer.
  let numSilent = 0;
  let opening = new AbortController();
  let ending = Promise.withResolvers<true>();
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
    ending.resolve(true);
    ending = Promise.withResolvers();
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
    clearTimeout(probeTimer);
    if (isClosed || failingSince === undefined) return;
    const isLate = performance.now() - failingSince > LATE_AFTER_MS;
    const intervalMs = (isLate ? PROBE_INTERVAL_LATE_MS : PROBE_INTERVAL_MS) * (0.5 + Math.random());
    probeTimer = setTimeout(() => {
      if (probes.size < MAX_TIMER_PROBES) startTimerProbe(performance.now());
      scheduleProbe();
    }, intervalMs).unref();
  }

  function start(options: Ask): Probe {
    const probe: Probe = { isAnswered: false, succeeded: run() };
    probes.add(probe);
    return probe;

    async function run(): Promise<boolean> {
      const onAnswer = (): void => {
        probe.isAnswered = true;
        options.onAnswer?.();
      };
      try {
        await ask({ ...options, onAnswer });
        recordSuccess();
        return true;
      } catch {
        return false;
      } finally {
        probes.delete(probe);
      }
    }
  }

  function startTimerProbe(since: number): Probe {
    const overdue = setTimeout(() => recordFailure(since), PROBE_OVERDUE_MS).unref();
    const probe = start({});
    latest = probe;
    void probe.succeeded.then((isUp) => {
      clearTimeout(overdue);
      if (latest === probe) latest = undefined;
      if (!isUp) recordFailure(since);
    });
    return probe;
  }

  /** Starts a probe for a request. If the server is silent, it gives up soon, so that later requests can try again. */
  function startRequestProbe(): Probe {
    const givingUp = new AbortController();
    numSilent += 1;
    let timer = setTimeout(() => givingUp.abort(), Math.min(numSilent * REQUEST_WAIT_MS, MAX_REQUEST_PROBE_MS));
    const probe = start({
      signal: givingUp.signal,
      onAnswer() {
        clearTimeout(timer);
        timer = setTimeout(() => givingUp.abort(), LOGIN_WAIT_MS);
      },
    });
    void probe.succeeded.then(() => {
      clearTimeout(timer);
      requested = undefined;
      // A refused connection costs the server nothing, so the next request's probe is short again.
      if (!givingUp.signal.aborted) numSilent = 0;
    });
    return probe;
  }

  /**
   * Waits up to `ms` until a request's probe ends, or another probe succeeds. Waits longer if the server has begun to
   * answer a probe, because success will follow soon.
   */
  async function isBack(probe: Probe, ms: number): Promise<boolean> {
    const ended = ending.promise;
    // Waits for one more turn, to read answers that arrived while this process was busy.
    const waited = sleep(Math.max(0, ms)).then(() => nextTurn());
    if ((await Promise.race([ended, probe.succeeded, waited])) ?? false) return true;
    const answered = [...probes].filter(({ isAnswered }) => isAnswered);
    if (answered.length === 0) return false;
    const allFailed = Promise.all(answered.map(({ succeeded }) => succeeded)).then((all) => all.includes(true));
    return (await Promise.race([ended, allFailed, sleep(LOGIN_WAIT_MS)])) ?? false;
  }

  async function admit(): Promise<void> {
    if (!opening.signal.aborted) return;
    const startedAt = performance.now();
    // A probe that began before this call may have failed just before the server was back.
    if (requested !== undefined && (await isBack(requested, REQUEST_WAIT_MS))) return;
    requested ??= startRequestProbe();
    if (!(await isBack(requested, startedAt + REQUEST_WAIT_MS - performance.now()))) throw outageError();
  }

  return {
    recordSuccess,
    recordFailure,
    admit,
    probe: (since = performance.now()) => (latest ?? startTimerProbe(since)).succeeded,
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
