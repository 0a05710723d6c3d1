import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../context.ts";

type Params<C> = {
  budgetMs: number;
  /** Claims in hand at the same time, at most. */
  concurrency: number;
  leaseSeconds: number;
  claim(limit: number): Promise<C[]>;
  /** Gives a claim back unused. */
  release(claim: C): Promise<void>;
  /** Extends the leases of what is in hand. */
  renew(held: readonly C[]): Promise<void>;
  /** Does one, and records how it went; does not throw. */
  work(claim: C): Promise<void>;
};

// Claimed per query. Small, so that two pods share a backlog instead of one pod owning it.
const CLAIM_SIZE = 10;
// While some are in hand: one that takes long must not keep those waiting that become due meanwhile.
const POLL_INTERVAL_MS = 1_000;

/**
 * Works off a backlog under leases, many at once, until nothing is due or `budgetMs` is used up, the process is told to
 * end, or its caller's time is up. What is in hand then is finished; nothing new is claimed.
 */
export async function run<C>(ctx: Context, params: Params<C>): Promise<void> {
  const { budgetMs, concurrency, leaseSeconds } = params;
  const inHand = new Map<C, Promise<void>>();
  const deadlineMs = performance.now() + budgetMs;
  const isEnding = () => ctx.draining.aborted || ctx.signal.aborted;
  const mayClaim = () => performance.now() < deadlineMs && !isEnding();

  async function renew(): Promise<void> {
    if (inHand.size === 0) return;
    await params.renew([...inHand.keys()]).catch((error: unknown) => {
      ctx.log.warn("Cannot renew leases", { error: String(error) });
    });
  }

  // Thrice within a lease, so that one renewal may be lost.
  const renewal = setInterval(() => void renew(), (leaseSeconds * 1_000) / 3);
  try {
    while (mayClaim()) {
      const free = concurrency - inHand.size;
      const claims = free === 0 ? [] : await params.claim(Math.min(free, CLAIM_SIZE));
      if (isEnding()) {
        // The end was told while they were being claimed: another takes them up at once.
        await Promise.all(claims.map(params.release));
        break;
      }
      if (claims.length === 0 && inHand.size === 0) break;
      for (const claim of claims) {
        inHand.set(
          claim,
          params.work(claim).finally(() => inHand.delete(claim)),
        );
      }
      if (claims.length === 0) await untilOneEnds(inHand.values());
    }
  } finally {
    // Also where claiming failed: what is in hand needs its leases until it has ended.
    await Promise.all(inHand.values());
    clearInterval(renewal);
  }
}

/** Waits until one ends, or it is time to look for others. */
async function untilOneEnds(work: Iterable<Promise<void>>): Promise<void> {
  const timer = new AbortController();
  const poll = sleep(POLL_INTERVAL_MS, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([...work, poll]);
  timer.abort();
}
