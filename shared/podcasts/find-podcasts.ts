import { and, eq, sql } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import type { Database } from "../db/pool.ts";
import { type Podcast, podcast, podcastCrawl, podcastFeedLocation } from "../db/schema.ts";
import { isFeedUrlVisible, isVisible } from "./visible.ts";

type Asked = { ids: number[]; accountId: number | undefined };
/** `feedUrl` is null where the account may see the podcast, and not its feed's URL. */
export type PodcastFeed = { feedUrl: string | null; lastRetrievedAt: Date | null };

/** Finds podcasts by id, those that the account may see. */
export async function findPodcasts(db: Database, { ids, accountId }: Asked): Promise<Map<number, Podcast>> {
  const rows = await db.repeatable
    .select()
    .from(podcast)
    .where(and(isAnyOf(podcast.id, ids), isVisible(accountId)));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Finds where podcasts that the account may see are fetched from and when they last were, by podcast id. */
export async function findPodcastFeeds(db: Database, { ids, accountId }: Asked): Promise<Map<number, PodcastFeed>> {
  const rows = await db.repeatable
    .select({
      podcastId: podcast.id,
      feedUrl: sql<string | null>`case when ${isFeedUrlVisible(accountId)} then ${podcastFeedLocation.feedUrl} end`,
      lastRetrievedAt: podcastCrawl.lastSucceededAt,
    })
    .from(podcast)
    .innerJoin(
      podcastFeedLocation,
      and(eq(podcastFeedLocation.podcastId, podcast.id), eq(podcastFeedLocation.isCurrent, true)),
    )
    .leftJoin(podcastCrawl, eq(podcastCrawl.podcastId, podcast.id))
    .where(and(isAnyOf(podcast.id, ids), isVisible(accountId)));
  return new Map(rows.map((row) => [row.podcastId, row]));
}
