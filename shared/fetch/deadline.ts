import { FetchError } from "./errors.ts";

/** A fetch's only deadline. Its signal aborts with the FetchError to throw and closes everything that the fetch opened. */
export type Deadline = {
  signal: AbortSignal;
  /** Starts a step with a timeout of `ms`; ends the previous step. `goal` completes "no ... within 5000 ms". */
  step: (goal: string, ms: number) => void;
  /** Ends the current step. The fetch's total timeout continues. */
  endStep: () => void;
  /** Stops all timers. */
  end: () => void;
};

type Params = { url: string; ms: number; signal: AbortSignal | undefined };

export function startDeadline({ url, ms, signal }: Params): Deadline {
  const controller = new AbortController();
  const expire = (goal: string, afterMs: number) =>
    controller.abort(new FetchError("timeout", { url, detail: `no ${goal} within ${afterMs} ms` }));
  const cancel = () =>
    controller.abort(new FetchError("aborted", { url, detail: "the caller aborted it", cause: signal?.reason }));

  const total = setTimeout(expire, ms, "complete reply", ms);
  let step: NodeJS.Timeout | undefined;
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel, { once: true });

  return {
    signal: controller.signal,
    step: (goal, stepMs) => {
      clearTimeout(step);
      step = setTimeout(expire, stepMs, goal, stepMs);
    },
    endStep: () => clearTimeout(step),
    end: () => {
      clearTimeout(total);
      clearTimeout(step);
      signal?.removeEventListener("abort", cancel);
    },
  };
}
