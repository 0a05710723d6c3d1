import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../context.ts";
import { createSemaphore } from "../semaphore.ts";
import { giveBack } from "./database-fault.ts";
import { whileRenewing } from "./lease-keeper.ts";

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
  /** Does one, and records how it went. Throws only where no other is to be claimed: the database is away. */
  work(claim: C): Promise<void>;
  /** Claims one of those that may have killed the workers before this one. */
  claimSuspect?(): Promise<C[]>;
};

// Claimed per query. Small, so that two pods share a backlog instead of one pod owning it.
const CLAIM_SIZE = 10;
// While some are in hand: one that takes long must not keep those waiting that become due meanwhile. Half of the second
// within which a killed pod's claims are to be taken up after their leases.
const POLL_INTERVAL_MS = 500;
// Suspects go first, or a backlog without end would keep them waiting for ever; most of the time is left for the others.
const SUSPECTS_SHARE = 1 / 4;
// More runs than a process has at the same time.
const ROOM_CAPACITY = 1_000;

// Of the process: a suspect is tried only while no run in it, of feeds or of jobs, has anything else in hand.
const room = createSemaphore(ROOM_CAPACITY);

/**
 * Works off a backlog under leases, many at once, until nothing is due or `budgetMs` is used up, the process is told to
 * end, or its caller's time is up. What is in hand then is finished; nothing new is claimed. Suspects are tried one at a
 * time, with nothing else in hand, before all others and after them.
 *
 * @throws what claiming or `work` failed with first, after what is in hand has ended
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
    // The end was told while they were being claimed: another takes them up at once.
    await Promise.all(claims.map((held) => giveBack(ctx, () => params.release(held))));
    return [];
  }

  function take(claim: C): Promise<void> {
    const work = params
      .work(claim)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => inHand.delete(claim));
    inHand.set(claim, work);
    return work;
  }

  async function workOffSuspects(share?: number): Promise<void> {
    while (claimSuspect !== undefined && mayClaim(share)) {
      // Another run in this process has something in hand: the next to begin or end tries the suspects.
      const leave = room.tryAcquire(ROOM_CAPACITY);
      if (leave === undefined) return;
      try {
        const [claim] = await claimUnlessEnding(claimSuspect);
        if (claim === undefined) return;
        await take(claim);
      } finally {
        leave();
      }
    }
  }

  async function workOffOthers(): Promise<void> {
    // Fails only where the end is told meanwhile: nothing is claimed then.
    const leave = await room.acquire({ signal: AbortSignal.any([ctx.signal, ctx.draining]) }).catch(() => undefined);
    try {
      while (mayClaim()) {
        const free = concurrency - inHand.size;
        const claims = free === 0 ? [] : await claimUnlessEnding(() => params.claim(Math.min(free, CLAIM_SIZE)));
        if (claims.length === 0 && inHand.size === 0) return;
        for (const claim of claims) void take(claim);
        if (claims.length === 0) await untilOneEnds(inHand.values());
      }
    } finally {
      // Also where claiming failed: what is in hand needs its leases until it has ended.
      await Promise.all(inHand.values());
      leave?.();
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

/** Waits until one ends, or it is time to look for others. */
async function untilOneEnds(work: Iterable<Promise<void>>): Promise<void> {
  const timer = new AbortController();
  const poll = sleep(POLL_INTERVAL_MS, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([...work, poll]);
  timer.abort();
}
