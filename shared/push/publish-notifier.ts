import { and, eq } from "drizzle-orm";
import { limitByAddress } from "../auth/limit-by-address.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { podcast } from "../db/schema.ts";
import { type RateLimit, takeRateLimit } from "../db/take-rate-limit.ts";
import { tooManyRequests, UserError } from "../errors.ts";
import { normalizeFeedUrl } from "../fetch/feed-url.ts";
import { findPublicPodcastIdOfFeed } from "../podcasts/find-feed-location.ts";
import { isVisible } from "../podcasts/visible.ts";
import { makeDueNow } from "./make-due-now.ts";

// One a second from one network: enough for a host that publishes some thousand shows.
const NETWORK_LIMIT: RateLimit = { kind: "pubnotify", max: 600, windowSeconds: 10 * 60 };
// Each may cost the feed's host two requests.
const FEED_LIMIT: RateLimit = { kind: "pubnotify-feed", max: 10, windowSeconds: 60 * 60 };

export type Which = { podcastId: number } | { url: string };

/**
 * Takes anyone's word that a public podcast's feed has changed, and makes it due.
 *
 * @throws UserError 400 if no public podcast has this id or feed URL; 429 after too many from one network, or about one feed
 */
export async function run(ctx: Context, which: Which): Promise<void> {
  const byNetwork = await takeRateLimit(ctx.db, limitByAddress(NETWORK_LIMIT, ctx));
  if (!byNetwork.isAllowed) throw tooManyRequests("Too many requests", byNetwork.retryAfterSeconds);
  const podcastId = await findPodcastId(ctx.db, which);
  // The same for a private feed, so that nobody learns of it.
  if (podcastId === undefined) throw new UserError(400, "Feed not found");
  const byFeed = await takeRateLimit(ctx.db, { ...FEED_LIMIT, subject: String(podcastId) });
  if (!byFeed.isAllowed) throw tooManyRequests("Too many requests about this feed", byFeed.retryAfterSeconds);
  await makeDueNow(ctx, podcastId);
}

async function findPodcastId(db: Database, which: Which): Promise<number | undefined> {
  const id = "url" in which ? await findPublicPodcastIdOfFeed(db, normalizeFeedUrl(which.url)) : which.podcastId;
  if (id === undefined) return undefined;
  const [row] = await db.repeatable
    .select({ id: podcast.id })
    .from(podcast)
    .where(and(eq(podcast.id, id), isVisible(undefined)));
  return row?.id;
}
