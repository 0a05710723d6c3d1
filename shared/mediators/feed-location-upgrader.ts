import type { Context } from "../context.ts";
import { upgradeFeedLocations } from "../sql/upgrade-feed-locations.ts";

export type UpgradeResult = { numUpgraded: number };

// Some milliseconds of locks on rows that nobody is at.
const BATCH_SIZE = 1_000;

/**
 * Moves feeds from http to https where their host is known to serve it, until none is left or `budgetMs` is used up.
 * What is left is the next call's; the http URL stays known as the podcast's.
 */
export async function run(ctx: Context, { budgetMs }: { budgetMs: number }): Promise<UpgradeResult> {
  const deadlineMs = performance.now() + budgetMs;
  const mayGoOn = () => performance.now() < deadlineMs && !ctx.draining.aborted && !ctx.signal.aborted;
  let numUpgraded = 0;
  while (mayGoOn()) {
    const num = await upgradeFeedLocations(ctx.db, { limit: BATCH_SIZE });
    if (num === 0) break;
    numUpgraded += num;
  }
  ctx.log.info("Feed locations upgraded", { num_upgraded: numUpgraded });
  return { numUpgraded };
}
