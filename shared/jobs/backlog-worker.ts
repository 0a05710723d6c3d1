import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../context.ts";
import { createSemaphore } from "../semaphore.ts";
import { releaseClaim } from "./database-fault.ts";
import { whileRenewing } from "./lease-keeper.ts";

type Params<C> = {
  budgetMs: number;
  /** Maximum number of claims in progress. */
  concurrency: number;
  leaseSeconds: number;
  claim(limit: number): Promise<C[]>;
  /** Releases an unused claim. */
  release(claim: C): Promise<void>;
  /** Extends the leases of claims in progress. */
  renew(held: readonly C[]): Promise<void>;
  /** Works on one claim and records its outcome. Throws only if no more should be claimed, as in a database outage. */
  work(claim: C): Promise<void>;
  /** Claims a suspect: an item that may have killed the workers that claimed it before. */
  claimSuspect?(): Promise<C[]>;
};

// Claimed per query. Small, so that two pods share a backlog instead of one pod owning it.
const CLAIM_SIZE = 10;
// How often to look for due items while others are in progress, so that a slow one does not delay them. Half a second,
// because a killed pod's claims should be picked up within one second after their leases expire.
const POLL_INTERVAL_MS = 500;
// Share of the budget for suspects. They go first, or an endless backlog would delay them forever.
const SUSPECTS_SHARE = 1 / 4;
// More than the number of concurrent runs in a process.
const MAX_RUNS = 1_000;

// Shared by all runs in the process, of feeds and of jobs. A suspect takes all of it, so that it runs alone.
const activeRuns = createSemaphore(MAX_RUNS);

/**
 * Works through a backlog under leases, concurrently, until nothing is due, `budgetMs` is used up, the process is told to
 * stop, or the call's deadline passes. Then it finishes the claims in progress and claims nothing new. Suspects run alone,
 * one at a time, before and after all others.
 *
 * @throws the first error of claiming or `work`, once the claims in progress have ended
 */
export async function run<C>(ctx: Context, params: Params<C>): Promise<void> {
  const { budgetMs, concurrency, leaseSeconds, claimSuspect } = params;
  const inHand = new Map<C, Promise<void>>();
  const startMs = performance.now();
  const failures: unknown[] = [];
  const isEnding = () => ctx.draining.aborted || ctx.signal.aborted || failures.length > 0;
  const mayClaim = (share = 1) => performance.now() < startMs + budgetMs * share && !isEnding();

  async function claimUnlessEnding(claim: () => Promise<C[]>): Promise<C[]> {
    const claims = await claim();
    if (!isEnding()) return claims;
    // The run was told to end during the claim. Releases the claims, so that another worker can claim them at once.
    await Promise.all(claims.map((held) => releaseClaim(ctx, () => params.release(held))));
    return [];
  }

  function begin(claim: C): Promise<void> {
    const work = params
      .work(claim)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => inHand.delete(claim));
    inHand.set(claim, work);
    return work;
  }

  async function workOffSuspects(share?: number): Promise<void> {
    while (claimSuspect !== undefined && mayClaim(share)) {
      // Returns if another run in this process is active: a later run will try the suspects.
      const release = activeRuns.tryAcquire(MAX_RUNS);
      if (release === undefined) return;
      try {
        const [claim] = await claimUnlessEnding(claimSuspect);
        if (claim === undefined) return;
        await begin(claim);
      } finally {
        release();
      }
    }
  }

  async function workOffOthers(): Promise<void> {
    // Fails only if the run is told to end meanwhile; then nothing is claimed.
    const release = await activeRuns
      .acquire({ signal: AbortSignal.any([ctx.signal, ctx.draining]) })
      .catch(() => undefined);
    try {
      while (mayClaim()) {
        const free = concurrency - inHand.size;
        const claims = free === 0 ? [] : await claimUnlessEnding(() => params.claim(Math.min(free, CLAIM_SIZE)));
        if (claims.length === 0 && inHand.size === 0) return;
        for (const claim of claims) void begin(claim);
        if (claims.length === 0) await untilOneEnds(inHand.values());
      }
    } finally {
      // Even if claiming failed, claims in progress need their leases renewed until they end.
      await Promise.all(inHand.values());
      release?.();
    }
  }

  await whileRenewing(ctx, {
    leaseSeconds,
    renew: async () => {
      if (inHand.size > 0) await params.renew([...inHand.keys()]);
    },
    async work() {
      await workOffSuspects(SUSPECTS_SHARE);
      if (mayClaim()) await workOffOthers();
      await workOffSuspects();
    },
  });
  if (failures.length > 0) throw failures[0];
}

/** Waits until one claim ends or it is time to look for due items. */
async function untilOneEnds(work: Iterable<Promise<void>>): Promise<void> {
  const timer = new AbortController();
  const poll = sleep(POLL_INTERVAL_MS, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([...work, poll]);
  timer.abort();
}
