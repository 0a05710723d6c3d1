/** The most milliseconds of CPU that the main thread took between two turns of the event loop. */
export type Measured<T> = { result: T; blockMs: number };

/** Runs `work` and measures how long it blocked the event loop: in CPU time, which a busy machine does not change. */
export async function measureBlock<T>(work: () => Promise<T>): Promise<Measured<T>> {
  let blockMs = 0;
  let before = process.threadCpuUsage();
  function note(): void {
    const { user, system } = process.threadCpuUsage(before);
    blockMs = Math.max(blockMs, (user + system) / 1_000);
    before = process.threadCpuUsage();
  }
  function onTurn(): void {
    note();
    turn = setImmediate(onTurn);
  }
  let turn = setImmediate(onTurn);
  try {
    const result = await work();
    note();
    return { result, blockMs };
  } finally {
    clearImmediate(turn);
  }
}
