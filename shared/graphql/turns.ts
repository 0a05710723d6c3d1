// A tenth of what one query may keep other requests waiting: the work of the last turn may take far longer than its slice.
const SLICE_MS = 5;

/** Hands out turns on the event loop, one after another, so that a large reply does not keep other requests waiting. */
export type Turns = {
  /** Resolves when it is the caller's turn. What the caller does before it awaits something else belongs to the turn. */
  take(): Promise<void>;
  /** Resolves when every turn that was asked for has been given, and its promise jobs are done. */
  settled(): Promise<void>;
};

/** Makes the turns of one query. */
export function createTurns(): Turns {
  const waiting: (() => void)[] = [];
  let isGiving = false;
  let numGiven = 0;
  let startedAt = 0;

  function giveNext(): void {
    const next = waiting[numGiven];
    if (next === undefined) {
      isGiving = false;
      waiting.length = 0;
      numGiven = 0;
      return;
    }
    if (performance.now() - startedAt > SLICE_MS) {
      setImmediate(startSlice);
      return;
    }
    numGiven += 1;
    next();
    afterPromiseJobs(giveNext);
  }

  function startSlice(): void {
    startedAt = performance.now();
    giveNext();
  }

  return {
    take() {
      const turn = new Promise<void>((resolve) => waiting.push(resolve));
      if (!isGiving) {
        isGiving = true;
        afterPromiseJobs(startSlice);
      }
      return turn;
    },
    settled() {
      return new Promise((resolve) => {
        function check(): void {
          if (isGiving) setImmediate(check);
          else resolve();
        }
        afterPromiseJobs(check);
      });
    },
  };
}

/** Ticks come before promise jobs, unless it is a promise job that asks for one: that comes when no such job is left. */
function afterPromiseJobs(work: () => void): void {
  queueMicrotask(() => process.nextTick(work));
}
