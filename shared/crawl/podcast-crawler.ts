import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../context.ts";
import * as backlogWorker from "../jobs/backlog-worker.ts";
import { isDatabaseFault, releaseClaim } from "../jobs/database-fault.ts";
import { toCountFields } from "../log/counts.ts";
import { type Claim, claimDuePodcasts, LEASE_SECONDS } from "./claim-due-podcasts.ts";
import { claimSuspectPodcast } from "./claim-podcast.ts";
import { findHostWaitMs } from "./hosts/find-host-wait.ts";
import * as hostAssigner from "./hosts/host-assigner.ts";
import { failedVisit } from "./next-visit.ts";
import * as podcastUpdater from "./podcast-updater.ts";
import { recordUnfinishedCrawl } from "./record-crawl.ts";
import { releaseLease } from "./release-lease.ts";
import { renewLeases } from "./renew-leases.ts";

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

// A tick goes on as long as a host with due podcasts is ready again within this time. One that is asked more seldom, such
// as after a 429, is left to a later tick.
const HOST_WAIT_MS = 2_000;
// While waiting, how often to look for podcasts that became due meanwhile, and the least time between two looks.
const MAX_SLEEP_MS = 500;
const MIN_SLEEP_MS = 50;

/**
 * Crawls due podcasts, many at once, until none are left or `budgetMs` is used up. Asks each host only as often as
 * `claimDuePodcasts` allows, and waits for hosts of which more podcasts are due. A feed's failure is recorded and
 * does not stop the others. When time is up, crawls in flight finish and no new ones start. A feed during which two
 * crawlers in a row ended is crawled alone.
 *
 * @throws Error if the database is unavailable: claims nothing more, and counts no failure against a podcast
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
  const mayGoOn = ctx.until(budgetMs);
  try {
    await hostAssigner.run(ctx, { mayGoOn });
    await backlogWorker.run(ctx, {
      budgetMs,
      concurrency: ctx.config.crawlConcurrency,
      leaseSeconds: LEASE_SECONDS,
      claim: (limit) => claimWhenReady(ctx, { limit, mayGoOn }),
      release: (claim) => releaseLease(ctx.detachedDb, claim),
      renew: (held) => renewLeases(ctx.db, held),
      work: (claim) => crawl(ctx, { claim, result }),
      claimSuspect: () => claimSuspect(ctx),
    });
  } finally {
    ctx.log.info("Crawl finished", toCountFields(result));
  }
  return result;
}

/** Claims due podcasts. If no host may be asked at the moment, waits for the next one. */
async function claimWhenReady(
  ctx: Context,
  { limit, mayGoOn }: { limit: number; mayGoOn(): boolean },
): Promise<Claim[]> {
  for (;;) {
    const claims = await claimDuePodcasts(ctx.db, { limit });
    if (claims.length > 0 || !mayGoOn()) return claims;
    const waitMs = await findHostWaitMs(ctx.db, { withinMs: HOST_WAIT_MS });
    if (waitMs === undefined) return [];
    await pause(ctx, Math.min(Math.max(waitMs, MIN_SLEEP_MS), MAX_SLEEP_MS));
  }
}

/** Sleeps, unless the call or the process is to end. */
async function pause(ctx: Context, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal: AbortSignal.any([ctx.signal, ctx.draining]) }).catch(() => {});
}

/**
 * Claims a podcast during whose crawl other crawlers ended, and records that as a failure first, in case this one ends
 * too.
 */
async function claimSuspect(ctx: Context): Promise<Claim[]> {
  const claim = await claimSuspectPodcast(ctx.db);
  if (claim === undefined) return [];
  const { podcastId, numUnfinished } = claim;
  const error = `Crawler ended before the crawl did, ${numUnfinished} times in a row`;
  try {
    await recordUnfinishedCrawl(ctx.db, claim, { error, ...failedVisit(claim, undefined) });
  } catch (cause) {
    await releaseClaim(ctx, () => releaseLease(ctx.detachedDb, claim));
    throw cause;
  }
  ctx.log.error("Crawler ended before the crawl did", { podcast_id: podcastId, num_unfinished: numUnfinished });
  return [claim];
}

async function crawl(ctx: Context, { claim, result }: { claim: Claim; result: CrawlResult }): Promise<void> {
  result.numClaimed += 1;
  // A claim that was made is crawled even if the process is to stop, so only the call's end cuts this short.
  if (claim.startsInMs > 0) await sleep(claim.startsInMs, undefined, { signal: ctx.signal }).catch(() => {});
  try {
    const update = await podcastUpdater.run(ctx, { claim });
    if (update.kind === "unchanged" || update.kind === "left") result.numUnchanged += 1;
    if (update.kind === "failed") result.numFailed += 1;
    if (update.kind === "abandoned") result.numAbandoned += 1;
    if (update.kind === "changed") {
      result.numChanged += 1;
      result.numEpisodesInserted += update.numInserted;
      result.numEpisodesUpdated += update.numUpdated;
      result.numItemsSkipped += update.numSkipped;
    }
  } catch (cause) {
    result.numAbandoned += 1;
    if (isDatabaseFault(cause)) throw cause;
    // Not even the failure could be recorded. The lease will run out, and the podcast become due again.
    ctx.log.error("Cannot record a crawl", { podcast_id: claim.podcastId, cause });
  }
}
