/** Gives its weight back; calling it again does nothing. */
type Release = () => void;
export type Semaphore = {
  /**
   * Waits, first come, first served, until `weight` fits into the capacity.
   *
   * @throws what `signal` was aborted with while waiting
   */
  acquire(options?: { weight?: number; signal?: AbortSignal }): Promise<Release>;
  /** Takes `weight` where it fits at once and nobody waits. */
  tryAcquire(weight?: number): Release | undefined;
  /** How many wait. */
  readonly numWaiting: number;
};

/** Makes a semaphore. A weight above the capacity counts as the whole capacity. */
export function createSemaphore(capacity: number): Semaphore {
  const waiting = new Set<{ weight: number; enter: (release: Release) => void }>();
  let used = 0;

  function take(weight: number): Release {
    used += weight;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      used -= weight;
      admit();
    };
  }

  function admit(): void {
    for (const waiter of waiting) {
      if (used + waiter.weight > capacity) return;
      waiting.delete(waiter);
      waiter.enter(take(waiter.weight));
    }
  }

  function tryAcquire(weight = 1): Release | undefined {
    const share = Math.min(weight, capacity);
    return waiting.size === 0 && used + share <= capacity ? take(share) : undefined;
  }

  async function acquire({ weight = 1, signal }: { weight?: number; signal?: AbortSignal } = {}): Promise<Release> {
    signal?.throwIfAborted();
    const taken = tryAcquire(weight);
    if (taken !== undefined) return taken;
    const { promise, resolve, reject } = Promise.withResolvers<Release>();
    const waiter = { weight: Math.min(weight, capacity), enter: resolve };
    const giveUp = (): void => {
      waiting.delete(waiter);
      reject(signal?.reason);
      // The one who gave up may have been too heavy for what is free, and those behind it are not.
      admit();
    };
    waiting.add(waiter);
    signal?.addEventListener("abort", giveUp, { once: true });
    return promise.finally(() => signal?.removeEventListener("abort", giveUp));
  }

  return {
    acquire,
    tryAcquire,
    get numWaiting() {
      return waiting.size;
    },
  };
}
