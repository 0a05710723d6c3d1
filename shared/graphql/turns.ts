// A tenth of the delay that one query may cause other requests: the work of the last turn can take far longer than its
// slice.
const SLICE_MS = 5;

/** Grants turns on the event loop, one after another, so that a large reply does not block other requests. */
export type Turns = {
  /** Resolves at the caller's turn. The turn ends when the caller awaits something else. */
  take(): Promise<void>;
  /** Resolves when every requested turn was granted and its promise jobs have run. */
  settled(): Promise<void>;
};

/** Creates the turns of one query. */
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

/** A tick normally runs before promise jobs. Requested from within a promise job, it runs when no such job is left. */
function afterPromiseJobs(work: () => void): void {
  queueMicrotask(() => process.nextTick(work));
}
