import { setTimeout as sleep } from "node:timers/promises";

// The first pause is about a round trip and a half to a database in another zone; a restart of Postgres takes a second or
// two, so that the longest pause finds it back soon.
const BASE_MS = 20;
const CAP_MS = 500;

/**
 * Waits before attempt number `attempt` (1 is the first retry): a random time up to 20 ms doubled with each attempt, at
 * most 500 ms. All of the time is random ("full jitter"), so that many waiters do not come back together.
 *
 * @throws what `signal` was aborted with
 */
export async function pauseBefore(attempt: number, signal: AbortSignal): Promise<void> {
  const longestMs = Math.min(CAP_MS, BASE_MS * 2 ** attempt);
  await sleep(Math.random() * longestMs, undefined, { signal }).catch(() => signal.throwIfAborted());
}
