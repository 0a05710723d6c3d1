type Deadline = {
  timeoutMs: number;
  /** Makes the error for work past its deadline. It aborts the work's signal and is thrown to the caller. */
  late(): Error;
  /** Also aborts the work's signal, but does not end the wait for the work. */
  signal?: AbortSignal | undefined;
  /** How long the work may take to clean up after the deadline has aborted its signal. 0 by default. */
  graceMs?: number;
};
type Work<T> = (signal: AbortSignal, abort: (reason: Error) => void) => Promise<T>;

/**
 * Runs `work` with a signal that is aborted after `timeoutMs`. Does not wait for work that ignores its signal.
 *
 * @throws the error from `late` if the deadline passed, even if the work then succeeded; otherwise what `work` throws
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

/** Waits for `work` until `signal` is aborted, then throws the signal's reason. For work that cannot be stopped. */
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
