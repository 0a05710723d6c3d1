import { and, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { podcast, podcastCrawl, podcastFeedLocation, podcastPages, podcastQuarantine } from "../db/schema.ts";
import { CRAWL_STATE, toCrawlState } from "./crawl-state.ts";
import { isFeedUrlVisible, isVisible } from "./visible.ts";

export type FoundPodcast = NonNullable<Awaited<ReturnType<typeof findPodcast>>>;

/**
 * Finds a podcast that the account (or, without one, the public) may see. `feedUrl` is null if it may not see the
 * feed's URL, or if the podcast has lost it. `quarantinedSince`: since when another show has been at that URL.
 * `olderEpisodes`: whether the feed has pages that were not read, and whether they are being read.
 */
export async function findPodcast(db: Database, { id, accountId }: { id: number; accountId: number | undefined }) {
  const [row] = await db.repeatable
    .select({
      podcast,
      feedUrl: sql<string | null>`case when ${isFeedUrlVisible(accountId)} then ${podcastFeedLocation.feedUrl} end`,
      quarantinedSince: podcastQuarantine.since,
      olderEpisodes: sql<"none" | "unread" | "loading">`case when ${podcastPages.nextUrl} is null then 'none'
        when ${podcastPages.requestedAt} is null then 'unread' else 'loading' end`,
      ...CRAWL_STATE,
    })
    .from(podcast)
    .leftJoin(
      podcastFeedLocation,
      and(eq(podcastFeedLocation.podcastId, podcast.id), eq(podcastFeedLocation.isCurrent, true)),
    )
    .leftJoin(podcastQuarantine, and(eq(podcastQuarantine.podcastId, podcast.id), isNull(podcastQuarantine.decision)))
    .leftJoin(podcastCrawl, eq(podcastCrawl.podcastId, podcast.id))
    .leftJoin(podcastPages, eq(podcastPages.podcastId, podcast.id))
    .where(and(eq(podcast.id, id), isVisible(accountId)));
  if (row === undefined) return undefined;
  const { feedUrl, quarantinedSince, olderEpisodes } = row;
  return { ...row.podcast, feedUrl, quarantinedSince, olderEpisodes, crawl: toCrawlState(row) };
}
