import { and, eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { podcastRefresh } from "../crawl/podcast-refresh.ts";
import type { Database } from "../db/pool.ts";
import { podcast, podcastCrawl } from "../db/schema.ts";
import { type RateLimit, refundRateLimit, takeRateLimit } from "../db/take-rate-limit.ts";
import { notFound, tooManyRequests } from "../errors.ts";
import { enqueueJob } from "../jobs/enqueue-job.ts";
import * as workerWaker from "../jobs/worker-waker.ts";
import { isVisible } from "./visible.ts";

// A crawl within the last minute has seen everything new.
const RECENT_SECONDS = 60;
// Limits requests to a feed's host, however many listeners wait for the next episode.
const PODCAST_LIMIT: RateLimit = { kind: "podcast-refresh", max: 1, windowSeconds: 5 * 60 };
// One a minute on average: enough for a listener who refreshes all subscriptions one by one.
const ACCOUNT_LIMIT: RateLimit = { kind: "podcast-refresh-account", max: 60, windowSeconds: 60 * 60 };

type Params = { accountId: number; podcastId: number };

/**
 * Requests a crawl of a podcast that the account may see, due or not. Combines requests: does nothing if the podcast is
 * being crawled, was crawled within the last minute, or was requested by any account within the last five.
 *
 * @returns true if it requested a crawl
 * @throws UserError 404; 429 if the account makes too many requests, or the feed's host pauses after too many requests
 */
export async function run(ctx: Context, { accountId, podcastId }: Params): Promise<boolean> {
  const crawl = await findLastCrawl(ctx.db, { podcastId, accountId, withinSeconds: RECENT_SECONDS });
  if (crawl === undefined) throw notFound("podcast", podcastId);
  const { pauseSeconds } = crawl;
  if (pauseSeconds !== null) {
    throw tooManyRequests(
      `Cannot refresh podcast "${podcastId}": the host of its feed has had too many requests, and is asked again in ${pauseSeconds} s`,
      pauseSeconds,
    );
  }
  const isRequested = !crawl.isRecent && (await requestCrawl(ctx, { accountId, podcastId }));
  if (isRequested) workerWaker.run(ctx);
  return isRequested;
}

async function requestCrawl(ctx: Context, { accountId, podcastId }: Params): Promise<boolean> {
  const account = { ...ACCOUNT_LIMIT, subject: String(accountId) };
  // Outside the transaction, so that refused requests count too.
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, account);
  if (!isAllowed) {
    throw tooManyRequests(
      `Cannot refresh podcast "${podcastId}": an account can refresh ${ACCOUNT_LIMIT.max} times an hour`,
      retryAfterSeconds,
    );
  }
  return ctx.db.once.transaction(async (tx) => {
    const taken = await takeRateLimit(tx, { ...PODCAST_LIMIT, subject: String(podcastId) });
    if (taken.isAllowed) await enqueueJob<typeof podcastRefresh>(tx, { name: "podcast_refresh", args: { podcastId } });
    else await refundRateLimit(tx, account);
    return taken.isAllowed;
  });
}

type CrawlQuery = { podcastId: number; accountId: number | undefined; withinSeconds: number };

/**
 * Finds whether a podcast that the account may see is being crawled, or was within the last `withinSeconds`, and for how
 * long its host still pauses.
 */
async function findLastCrawl(db: Database, { podcastId, accountId, withinSeconds }: CrawlQuery) {
  const [row] = await db.repeatable
    .select({
      isRecent: sql<boolean>`coalesce(${podcastCrawl.leaseExpiresAt} > podcore_now()
        or ${podcastCrawl.lastAttemptedAt} > podcore_now() - make_interval(secs => ${withinSeconds}::int), false)`,
      pauseSeconds: sql<number | null>`(
        select ceil(extract(epoch from h.paused_until - podcore_now()))::int from crawl_host h
        where h.host = ${podcastCrawl.host} and h.paused_until > podcore_now())`,
    })
    .from(podcast)
    .innerJoin(podcastCrawl, eq(podcastCrawl.podcastId, podcast.id))
    .where(and(eq(podcast.id, podcastId), isVisible(accountId)));
  return row;
}
