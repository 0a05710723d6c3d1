/** Releases the acquired weight; calling it again does nothing. */
type Release = () => void;
export type Semaphore = {
  /**
   * Acquires `weight`, waiting in order of arrival until it fits into the capacity.
   *
   * @throws the signal's reason if it is aborted before then
   */
  acquire(options?: { weight?: number; signal?: AbortSignal }): Promise<Release>;
  /** Acquires `weight` if it fits now and nobody is waiting; otherwise returns undefined. */
  tryAcquire(weight?: number): Release | undefined;
  readonly numWaiting: number;
};

/** Makes a semaphore. A weight above the capacity counts as the whole capacity. */
export function createSemaphore(capacity: number): Semaphore {
  const waiting = new Set<{ weight: number; enter: (release: Release) => void }>();
  let used = 0;

  function occupy(weight: number): Release {
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
      waiter.enter(occupy(waiter.weight));
    }
  }

  function tryAcquire(weight = 1): Release | undefined {
    const share = Math.min(weight, capacity);
    return waiting.size === 0 && used + share <= capacity ? occupy(share) : undefined;
  }

  async function acquire({ weight = 1, signal }: { weight?: number; signal?: AbortSignal } = {}): Promise<Release> {
    signal?.throwIfAborted();
    const release = tryAcquire(weight);
    if (release !== undefined) return release;
    const { promise, resolve, reject } = Promise.withResolvers<Release>();
    const waiter = { weight: Math.min(weight, capacity), enter: resolve };
    const giveUp = (): void => {
      waiting.delete(waiter);
      reject(signal?.reason);
      // The waiter that gave up may have been too heavy for the free capacity while later, lighter ones fit.
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
