import type { Context } from "../context.ts";
import { type Claim, claimDuePodcasts, LEASE_SECONDS } from "../sql/claim-due-podcasts.ts";
import { renewLeases } from "../sql/renew-leases.ts";
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

// Podcasts claimed per query. Small, so that two pods share a backlog instead of one pod owning it.
const CLAIM_SIZE = 10;
// Thrice within a lease, so that one renewal may be lost.
const RENEW_INTERVAL_MS = (LEASE_SECONDS * 1_000) / 3;

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
  const held = new Set<Claim>();
  const inFlight = new Set<Promise<void>>();
  const deadlineMs = performance.now() + budgetMs;
  const mayClaim = () => performance.now() < deadlineMs && !ctx.draining.aborted && !ctx.signal.aborted;
  const renewal = setInterval(() => void renew(ctx, held), RENEW_INTERVAL_MS);
  try {
    while (mayClaim()) {
      const free = ctx.config.crawlConcurrency - inFlight.size;
      const claims = await claimDuePodcasts(ctx.db, { limit: Math.min(free, CLAIM_SIZE) });
      if (claims.length === 0 && inFlight.size === 0) break;
      for (const claim of claims) {
        result.numClaimed += 1;
        held.add(claim);
        const work = crawl(ctx, { claim, result }).finally(() => {
          held.delete(claim);
          inFlight.delete(work);
        });
        inFlight.add(work);
      }
      // Full, or nobody else is due for now: until one is done there is nothing to ask.
      if (claims.length === 0 || inFlight.size >= ctx.config.crawlConcurrency) await Promise.race(inFlight);
    }
  } finally {
    // Also where claiming failed: what is in flight needs its leases until it has ended.
    await Promise.all(inFlight);
    clearInterval(renewal);
  }
  ctx.log.info("Crawl finished", toFields(result));
  return result;
}

async function crawl(ctx: Context, { claim, result }: { claim: Claim; result: CrawlResult }): Promise<void> {
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

async function renew(ctx: Context, held: ReadonlySet<Claim>): Promise<void> {
  if (held.size === 0) return;
  await renewLeases(ctx.db, [...held]).catch((cause: unknown) =>
    ctx.log.warn("Cannot renew leases", { error: String(cause) }),
  );
}

function toFields(result: CrawlResult): Record<string, number> {
  return Object.fromEntries(
    Object.entries(result).map(([name, count]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      count,
    ]),
  );
}
