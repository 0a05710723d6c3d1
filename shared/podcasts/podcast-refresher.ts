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

// Nothing is new within it that the crawl just done has not seen.
const RECENT_SECONDS = 60;
// Hosts are asked as often as that at most, however many listeners wait for the next episode.
const PODCAST_LIMIT: RateLimit = { kind: "podcast-refresh", max: 1, windowSeconds: 5 * 60 };
// One a minute: a listener who goes through all subscriptions by hand.
const ACCOUNT_LIMIT: RateLimit = { kind: "podcast-refresh-account", max: 60, windowSeconds: 60 * 60 };

type Params = { accountId: number; podcastId: number };

/**
 * Has a podcast that the account may see crawled now, due or not. Asks that come together are one: where the podcast is
 * being crawled, was within the last minute, or was asked for by anybody within the last five, nothing is left to do.
 *
 * @returns whether it asked for a crawl
 * @throws UserError 404; 429 where the account asks too often
 */
export async function run(ctx: Context, { accountId, podcastId }: Params): Promise<boolean> {
  const crawl = await findLastCrawl(ctx.db, { podcastId, accountId, withinSeconds: RECENT_SECONDS });
  if (crawl === undefined) throw notFound("podcast", podcastId);
  const isAsked = !crawl.isRecent && (await ask(ctx, { accountId, podcastId }));
  if (isAsked) workerWaker.run(ctx);
  return isAsked;
}

async function ask(ctx: Context, { accountId, podcastId }: Params): Promise<boolean> {
  const account = { ...ACCOUNT_LIMIT, subject: String(accountId) };
  // By itself, so that what is refused counts, too.
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, account);
  if (!isAllowed) {
    throw tooManyRequests(
      `Cannot refresh podcast "${podcastId}": an account may ask ${ACCOUNT_LIMIT.max} times an hour`,
      retryAfterSeconds,
    );
  }
  return ctx.db.once.transaction(async (tx) => {
    const turn = await takeRateLimit(tx, { ...PODCAST_LIMIT, subject: String(podcastId) });
    if (turn.isAllowed) await enqueueJob<typeof podcastRefresh>(tx, { name: "podcast_refresh", args: { podcastId } });
    else await refundRateLimit(tx, account);
    return turn.isAllowed;
  });
}

type Asked = { podcastId: number; accountId: number | undefined; withinSeconds: number };

/** Finds whether a podcast that the account may see was crawled within the last seconds, or is being crawled. */
async function findLastCrawl(db: Database, { podcastId, accountId, withinSeconds }: Asked) {
  const [row] = await db.repeatable
    .select({
      isRecent: sql<boolean>`coalesce(${podcastCrawl.leaseExpiresAt} > podcore_now()
        or ${podcastCrawl.lastAttemptedAt} > podcore_now() - make_interval(secs => ${withinSeconds}::int), false)`,
    })
    .from(podcast)
    .innerJoin(podcastCrawl, eq(podcastCrawl.podcastId, podcast.id))
    .where(and(eq(podcast.id, podcastId), isVisible(accountId)));
  return row;
}
