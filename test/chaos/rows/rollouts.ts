import type { ChaosRow } from "../chaos.ts";
import { run, TARGETS } from "../rollouts.ts";

const NUM_ROLLOUTS = 100;

/** Processes are replaced under load, in each order of router and signal: no request is lost. */
export const rollouts: ChaosRow = {
  name: "rollouts",
  about: `${NUM_ROLLOUTS} rollouts in each order of router and signal, with requests on the wire`,
  async run(chaos, scale) {
    const database = await chaos.startDatabase();
    const results = await run({
      databaseUrl: database.url,
      numRollouts: Math.max(3, Math.round(NUM_ROLLOUTS * scale)),
    });
    return results.flatMap(({ order, numRollouts, counts, exitMs, numFailedExits }) => {
      const numLost = counts.reset + counts.refused + counts.unavailable + counts.other;
      const maxExitMs = exitMs.at(-1) ?? 0;
      return [
        {
          what: `${numRollouts} x ${order}: lost of ${counts.ok + numLost} requests (${counts.reset} reset, ${counts.refused} refused, ${counts.unavailable} x 503)`,
          measured: numLost,
          target: 0,
          isMet: numLost === 0 && numFailedExits === 0,
        },
        {
          what: `${order}: slowest exit after the grace period (ms)`,
          measured: maxExitMs.toFixed(0),
          target: `<= ${TARGETS.maxExitMs}`,
          isMet: maxExitMs <= TARGETS.maxExitMs,
        },
      ];
    });
  },
};
