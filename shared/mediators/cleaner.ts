import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { cleanPodcastFeedContents } from "../sql/clean-podcast-feed-contents.ts";

/** Deletes up to `limit` rows that are kept no longer, in one statement. @returns how many */
type Clean = (db: Database, options: { limit: number }) => Promise<number>;

// By the table that rows are deleted from.
const RULES: Readonly<Record<string, Clean>> = {
  podcast_feed_content: cleanPodcastFeedContents,
};
// The original's: a transaction of some milliseconds, which nobody waits for.
const BATCH_SIZE = 1_000;

/** How many rows were deleted, by rule. */
export type CleanResult = { numDeleted: Record<string, number> };

/**
 * Deletes what is kept no longer, until nothing is left or `budgetMs` is used up: a batch by each rule in turn, each in
 * a transaction of its own. What is left is the next run's.
 */
export async function run(ctx: Context, { budgetMs }: { budgetMs: number }): Promise<CleanResult> {
  const numDeleted = Object.fromEntries(Object.keys(RULES).map((name) => [name, 0]));
  const deadlineMs = performance.now() + budgetMs;
  const mayGoOn = () => performance.now() < deadlineMs && !ctx.draining.aborted && !ctx.signal.aborted;
  let rules = Object.entries(RULES);
  while (rules.length > 0 && mayGoOn()) {
    const unfinished: typeof rules = [];
    for (const [name, clean] of rules) {
      const num = await clean(ctx.db, { limit: BATCH_SIZE });
      numDeleted[name] = (numDeleted[name] ?? 0) + num;
      if (num === BATCH_SIZE) unfinished.push([name, clean]);
    }
    rules = unfinished;
  }
  for (const [rule, num] of Object.entries(numDeleted)) ctx.log.info("Cleaned", { rule, num_deleted: num });
  return { numDeleted };
}
