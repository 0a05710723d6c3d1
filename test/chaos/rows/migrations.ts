import type { ChaosRow } from "../chaos.ts";
import { run } from "../migrations.ts";

const NUM_EPISODES = 500_000;
// What a writer may wait: a page's deadline is 25 s, and a crawl's statement is given up after 20.
const LONGEST_WAIT_MS = 5_000;

/** Each migration runs on a filled database under a writer. */
export const migrations: ChaosRow = {
  name: "migrations",
  about: `all migrations, one by one, over ${NUM_EPISODES} episodes that are written meanwhile`,
  async run(chaos, scale) {
    const database = await chaos.startDatabase();
    await database.sql.unsafe("create database filled");
    const url = database.url.replace(/\/[^/]*$/, "/filled");
    const steps = await run({ url, numEpisodes: Math.max(2_000, Math.round(NUM_EPISODES * scale)) });
    return steps.map(({ tag, elapsedMs, longestWaitMs, statement, numWrites }) => ({
      what: `${tag} in ${(elapsedMs / 1_000).toFixed(1)} s: the longest of ${numWrites} writes (${statement}) took, in ms`,
      measured: longestWaitMs.toFixed(0),
      target: `<= ${LONGEST_WAIT_MS}`,
      isMet: longestWaitMs <= LONGEST_WAIT_MS,
    }));
  },
};
