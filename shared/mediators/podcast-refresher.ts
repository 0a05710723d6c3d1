import type { Context } from "../context.ts";
import { notFound, tooManyRequests } from "../errors.ts";
import { enqueueJob } from "../sql/enqueue-job.ts";
import { findLastCrawl } from "../sql/find-last-crawl.ts";
import { giveBackRateLimit, type RateLimit, takeRateLimit } from "../sql/take-rate-limit.ts";
import * as workerWaker from "./worker-waker.ts";

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
    if (turn.isAllowed) await enqueueJob(tx, { name: "podcast_refresh", args: { podcastId } });
    else await giveBackRateLimit(tx, account);
    return turn.isAllowed;
  });
}
