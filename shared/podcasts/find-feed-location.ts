import { and, eq, inArray, or, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { podcast, podcastFeedLocation } from "../db/schema.ts";
import { sameFeedUrls } from "../fetch/same-feed-urls.ts";

/** Finds the podcast that has one of these feed URLs. */
export async function findPodcastIdByFeedUrl(db: Database, feedUrls: readonly string[]): Promise<number | undefined> {
  const [row] = await db.repeatable
    .select({ podcastId: podcastFeedLocation.podcastId })
    .from(podcastFeedLocation)
    .where(inArray(podcastFeedLocation.feedUrl, [...feedUrls]))
    .orderBy(podcastFeedLocation.podcastId)
    .limit(1);
  return row?.podcastId;
}

/**
 * Finds the podcast that has this feed URL, or a public one that has the same URL written differently: with the other
 * scheme, with a trailing dot, with or without tracking parameters.
 */
export async function findPodcastIdOfFeed(db: Database, feedUrl: string): Promise<number | undefined> {
  return findOne(db, { feedUrl, isPublic: false });
}

/** Finds the public podcast that has this feed URL, or the same URL written differently. */
export async function findPublicPodcastIdOfFeed(db: Database, feedUrl: string): Promise<number | undefined> {
  return findOne(db, { feedUrl, isPublic: true });
}

/** Returns true if a private podcast has this feed URL. */
export async function isPrivateFeed(db: Database, feedUrl: string): Promise<boolean> {
  const rows = await db.repeatable
    .select({ podcastId: podcast.id })
    .from(podcastFeedLocation)
    .innerJoin(podcast, eq(podcast.id, podcastFeedLocation.podcastId))
    .where(and(eq(podcastFeedLocation.feedUrl, feedUrl), eq(podcast.isPrivate, true)));
  return rows.length > 0;
}

async function findOne(
  db: Database,
  { feedUrl, isPublic }: { feedUrl: string; isPublic: boolean },
): Promise<number | undefined> {
  const isExact = eq(podcastFeedLocation.feedUrl, feedUrl);
  const [row] = await db.repeatable
    .select({ podcastId: podcastFeedLocation.podcastId })
    .from(podcastFeedLocation)
    .innerJoin(podcast, eq(podcast.id, podcastFeedLocation.podcastId))
    .where(
      and(
        inArray(podcastFeedLocation.feedUrl, sameFeedUrls(feedUrl)),
        or(eq(podcast.isPrivate, false), isPublic ? undefined : isExact),
      ),
    )
    .orderBy(sql`${isExact} desc`, podcastFeedLocation.podcastId)
    .limit(1);
  return row?.podcastId;
}
