import { and, eq, isNull, sql } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import type { Database } from "../db/pool.ts";
import {
  type Podcast,
  podcast,
  podcastCrawl,
  podcastFeedLocation,
  podcastPages,
  podcastQuarantine,
} from "../db/schema.ts";
import { CRAWL_STATE, type CrawlState, toCrawlState } from "./crawl-state.ts";
import { isFeedUrlVisible, isVisible } from "./visible.ts";

type Params = { ids: number[]; accountId: number | undefined };
/**
 * `feedUrl` is null if the account may see the podcast but not its feed's URL, or if the podcast has lost it.
 * `quarantinedSince`: since when another show has been at that URL. `hasOlderEpisodes`: it has pages that were not read.
 */
export type PodcastFeed = {
  feedUrl: string | null;
  lastRetrievedAt: Date | null;
  quarantinedSince: Date | null;
  hasOlderEpisodes: boolean;
  crawl: CrawlState;
};

/** Finds podcasts by id, if the account may see them. */
export async function findPodcasts(db: Database, { ids, accountId }: Params): Promise<Map<number, Podcast>> {
  const rows = await db.repeatable
    .select()
    .from(podcast)
    .where(and(isAnyOf(podcast.id, ids), isVisible(accountId)));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Finds the feed's URL and last successful crawl of podcasts that the account may see, by podcast id. */
export async function findPodcastFeeds(db: Database, { ids, accountId }: Params): Promise<Map<number, PodcastFeed>> {
  const rows = await db.repeatable
    .select({
      podcastId: podcast.id,
      feedUrl: sql<string | null>`case when ${isFeedUrlVisible(accountId)} then ${podcastFeedLocation.feedUrl} end`,
      lastRetrievedAt: podcastCrawl.lastSucceededAt,
      quarantinedSince: podcastQuarantine.since,
      hasOlderEpisodes: sql<boolean>`${podcastPages.nextUrl} is not null`,
      ...CRAWL_STATE,
    })
    .from(podcast)
    .leftJoin(
      podcastFeedLocation,
      and(eq(podcastFeedLocation.podcastId, podcast.id), eq(podcastFeedLocation.isCurrent, true)),
    )
    .leftJoin(podcastQuarantine, and(eq(podcastQuarantine.podcastId, podcast.id), isNull(podcastQuarantine.decision)))
    .leftJoin(podcastPages, eq(podcastPages.podcastId, podcast.id))
    .leftJoin(podcastCrawl, eq(podcastCrawl.podcastId, podcast.id))
    .where(and(isAnyOf(podcast.id, ids), isVisible(accountId)));
  return new Map(rows.map((row) => [row.podcastId, { ...row, crawl: toCrawlState(row) }]));
}
