import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { moveFeedLocation } from "../../crawl/feed-mover.ts";
import { lockCrawl } from "../../crawl/lock-lease.ts";
import type { Database } from "../../db/pool.ts";
import { podcastFeedLocation } from "../../db/schema.ts";
import type { Feed } from "../../feed/model.ts";
import { hostKeyOf } from "../../fetch/feed-hosts.ts";
import type { FetchReply } from "../../fetch/fetch.ts";
import { findPublicPodcastIdOfFeed } from "../find-feed-location.ts";
import { findKnownShow } from "./find-known-show.ts";

type Params = { feed: Feed; feedUrls: readonly string[] };

/**
 * Finds the known public podcast whose show a new feed is (`findKnownShow`), and stores the new URLs as its own. If the
 * podcast's own feed is lost and has said that it moves there, it is asked at the first of them from now on.
 *
 * @returns undefined if it is a new show
 */
export async function run(ctx: Context, { feed, feedUrls }: Params): Promise<number | undefined> {
  const known = await findKnownShow(ctx.db, { feed, feedUrls });
  if (known === undefined) return undefined;
  const { podcastId, isLost } = known;
  await ctx.db.repeatable
    .insert(podcastFeedLocation)
    .values(feedUrls.map((feedUrl) => ({ podcastId, feedUrl, isCurrent: false })))
    .onConflictDoNothing();
  const [feedUrl] = feedUrls;
  if (isLost && feedUrl !== undefined) await moveFeedLocation(ctx.db, { podcastId, feedUrl, isUnread: true });
  ctx.log.info("Feed is a known podcast's", { podcast_id: podcastId, is_moved: isLost });
  return podcastId;
}

/**
 * Finds the public podcast that any redirect led to, permanent or not. The URL that redirected is not stored as the
 * podcast's own: a temporary redirect may lead elsewhere tomorrow.
 */
export async function findRedirectTarget(
  db: Database,
  { redirects }: Pick<FetchReply, "redirects">,
): Promise<number | undefined> {
  for (const { url } of redirects.toReversed()) {
    const podcastId = await findPublicPodcastIdOfFeed(db, url);
    if (podcastId !== undefined) return podcastId;
  }
  return undefined;
}

/**
 * Has a podcast that has lost its address (`quarantine-resolver`) asked at another of its own URLs, which the operator has
 * entered. @returns false if it has an address, the URL is not its own, or it was taken down or merged
 */
export async function giveAddress(
  db: Database,
  { podcastId, feedUrl }: { podcastId: number; feedUrl: string },
): Promise<boolean> {
  return db.once.transaction(async (tx) => {
    if (!(await lockCrawl(tx, { podcastId, leaseToken: undefined }))) return false;
    const given = await tx.once.execute(sql`
      update podcast_feed_location set is_current = true
      where podcast_id = ${podcastId}::bigint and feed_url = ${feedUrl}::text and not exists (
        select from podcast_feed_location l where l.podcast_id = ${podcastId}::bigint and l.is_current)
      returning 1`);
    if (given.length === 0) return false;
    await tx.once.execute(sql`
      update podcast_crawl set host = ${hostKeyOf(feedUrl)}::text, due_at = podcore_now()
      where podcast_id = ${podcastId}::bigint`);
    return true;
  });
}
