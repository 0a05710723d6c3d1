type Deadline = {
  timeoutMs: number;
  /** Makes the error for work that is late: what its signal is aborted with, and what the caller gets. */
  late(): Error;
  /** Aborts the work's signal too, without an effect of its own. */
  signal?: AbortSignal | undefined;
  /** How long work whose signal was aborted may take to give back what it holds. None unless given. */
  graceMs?: number;
};
type Work<T> = (signal: AbortSignal, abort: (reason: Error) => void) => Promise<T>;

/**
 * Runs `work` with a signal that is aborted after `timeoutMs`. Work that ignores its signal is left behind.
 *
 * @throws what `late` makes, also where the work ended after the time was up; else what `work` throws
 */
export async function withDeadline<T>({ timeoutMs, late, signal, graceMs = 0 }: Deadline, work: Work<T>): Promise<T> {
  const own = new AbortController();
  const { promise: leftBehind, reject } = Promise.withResolvers<never>();
  let lateError: Error | undefined;
  let grace: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    const error = late();
    lateError = error;
    own.abort(error);
    grace = setTimeout(reject, graceMs, error);
  }, timeoutMs);
  try {
    const both = signal === undefined ? own.signal : AbortSignal.any([own.signal, signal]);
    const result = await Promise.race([work(both, (reason) => own.abort(reason)), leftBehind]);
    if (lateError !== undefined) throw lateError;
    return result;
  } catch (error) {
    throw lateError ?? error;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
  }
}

/** Waits for `work` until `signal` is aborted, then throws its reason: for work that cannot be stopped. */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
