import { setImmediate } from "node:timers/promises";

/** Work in steps. At each `yield` its caller may yield to the event loop. */
export type Steps<T> = Generator<undefined, T, undefined>;
export type TakeTurns = () => Promise<void> | undefined;

// How long to work before yielding to the event loop. The notes of one item can take another 20 ms.
const TURN_MS = 5;

/** Runs steps to their end, and yields to the event loop in between. */
export async function inTurns<T>(steps: Steps<T>, takeTurns: TakeTurns): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const pause = takeTurns();
    if (pause !== undefined) await pause;
  }
}

/** Makes a function that yields to the event loop if it last did so more than `TURN_MS` ago. */
export function createTurns(signal: AbortSignal | undefined): TakeTurns {
  let startedAt = performance.now();
  async function pause(): Promise<void> {
    await setImmediate();
    signal?.throwIfAborted();
    startedAt = performance.now();
  }
  return () => (performance.now() - startedAt < TURN_MS ? undefined : pause());
}
