import type { Context } from "../context.ts";
import { tooManyRequests, UserError } from "../errors.ts";
import { isKnownAddress } from "../http/client-address.ts";
import { createSemaphore } from "../semaphore.ts";

// An add holds a body of up to 16 MiB, the most that is fetched, until the feed is parsed. Eight bodies, and the memory
// that parsing takes, fit into the memory limit of the functions that add podcasts.
const NUM_AT_ONCE = 8;
// Callers add one podcast after another. A host may take 25 s to answer, which must not use up all slots.
const NUM_PER_CALLER = 2;
// The last one waits for at most three rounds of fetches, which is about a request's deadline.
const NUM_WAITING = 24;
const RETRY_AFTER_SECONDS = 5;

const slots = createSemaphore(NUM_AT_ONCE);
const numByCaller = new Map<string, number>();

/**
 * Runs `work`, which fetches and stores a feed, once this process has a free slot. Operators, and visitors whose real
 * address is unknown, have no limit per caller: they all look like one caller, so they would lock each other out.
 *
 * @throws UserError 429 if the caller has two adds in progress, 503 if too many callers are waiting
 */
export async function withinAddSlot<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  const caller = callerOf(ctx);
  if (caller !== undefined && (numByCaller.get(caller) ?? 0) >= NUM_PER_CALLER)
    throw tooManyRequests("Too many requests: two of your podcasts are still being added", RETRY_AFTER_SECONDS);
  if (slots.numWaiting >= NUM_WAITING)
    throw new UserError(503, "Service unavailable: too many podcasts are being added, try again in a moment");
  count(caller, 1);
  try {
    const release = await slots.acquire({ signal: ctx.signal });
    try {
      return await work();
    } finally {
      release();
    }
  } finally {
    count(caller, -1);
  }
}

function callerOf({ caller: { account, address }, config }: Context): string | undefined {
  if (account !== undefined) return `account ${account.id}`;
  return isKnownAddress(address, config) ? address : undefined;
}

function count(caller: string | undefined, change: 1 | -1): void {
  if (caller === undefined) return;
  const num = (numByCaller.get(caller) ?? 0) + change;
  if (num === 0) numByCaller.delete(caller);
  else numByCaller.set(caller, num);
}
