import { setTimeout as sleep } from "node:timers/promises";

// The first pause is about one and a half round trips to a database in another zone. Postgres restarts within a second or
// two, so pauses of up to 500 ms notice that soon.
const BASE_MS = 20;
const CAP_MS = 500;

/**
 * Waits before retry number `attempt`, starting at 1: a random time up to 40 ms, doubled with each attempt, at most
 * 500 ms. The whole time is random ("full jitter"), so that many waiters do not retry together.
 *
 * @throws the reason of `signal` when it is aborted
 */
export async function pauseBefore(attempt: number, signal: AbortSignal): Promise<void> {
  const longestMs = Math.min(CAP_MS, BASE_MS * 2 ** attempt);
  await sleep(Math.random() * longestMs, undefined, { signal }).catch(() => signal.throwIfAborted());
}
