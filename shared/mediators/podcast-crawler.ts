import type { Context } from "../context.ts";
import { toCountFields } from "../log/counts.ts";
import { type Claim, claimDuePodcasts, LEASE_SECONDS } from "../sql/claim-due-podcasts.ts";
import { releaseLease } from "../sql/release-lease.ts";
import { renewLeases } from "../sql/renew-leases.ts";
import * as backlogWorker from "./backlog-worker.ts";
import * as podcastUpdater from "./podcast-updater.ts";

export type CrawlResult = {
  numClaimed: number;
  numChanged: number;
  numUnchanged: number;
  numFailed: number;
  numAbandoned: number;
  numEpisodesInserted: number;
  numEpisodesUpdated: number;
  numItemsSkipped: number;
};

/**
 * Crawls every podcast that is due until `budgetMs` is used up, many at once. One feed's failure is recorded and does
 * not stop the others. What is in flight when the time is up is finished; nothing new is claimed.
 */
export async function run(ctx: Context, { budgetMs }: { budgetMs: number }): Promise<CrawlResult> {
  const result: CrawlResult = {
    numClaimed: 0,
    numChanged: 0,
    numUnchanged: 0,
    numFailed: 0,
    numAbandoned: 0,
    numEpisodesInserted: 0,
    numEpisodesUpdated: 0,
    numItemsSkipped: 0,
  };
  await backlogWorker.run(ctx, {
    budgetMs,
    concurrency: ctx.config.crawlConcurrency,
    leaseSeconds: LEASE_SECONDS,
    claim: (limit) => claimDuePodcasts(ctx.db, { limit }),
    release: (claim) => releaseLease(ctx.db, claim),
    renew: (held) => renewLeases(ctx.db, held),
    work: (claim) => crawl(ctx, { claim, result }),
  });
  ctx.log.info("Crawl finished", toCountFields(result));
  return result;
}

async function crawl(ctx: Context, { claim, result }: { claim: Claim; result: CrawlResult }): Promise<void> {
  result.numClaimed += 1;
  try {
    const update = await podcastUpdater.run(ctx, { claim });
    if (update.kind === "unchanged") result.numUnchanged += 1;
    if (update.kind === "failed") result.numFailed += 1;
    if (update.kind === "abandoned") result.numAbandoned += 1;
    if (update.kind === "changed") {
      result.numChanged += 1;
      result.numEpisodesInserted += update.numInserted;
      result.numEpisodesUpdated += update.numUpdated;
      result.numItemsSkipped += update.numSkipped;
    }
  } catch (cause) {
    // Not even the failure could be recorded (the database is away): the lease runs out, and the podcast is due again.
    ctx.log.error("Cannot record a crawl", { podcast_id: claim.podcastId, cause });
    result.numAbandoned += 1;
  }
}
