import { and, eq } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { type Podcast, podcast, podcastCrawl, podcastFeedLocation } from "../db/schema.ts";
import { isAnyOf } from "./any-of.ts";
import { isVisible } from "./visible.ts";

export type PodcastFeed = { feedUrl: string; lastRetrievedAt: Date | null };

/** Finds visible podcasts by id. */
export async function findPodcasts(db: Database, ids: number[]): Promise<Map<number, Podcast>> {
  const rows = await db
    .select()
    .from(podcast)
    .where(and(isAnyOf(podcast.id, ids), isVisible()));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Finds where visible podcasts are fetched from and when they last were, by podcast id. */
export async function findPodcastFeeds(db: Database, ids: number[]): Promise<Map<number, PodcastFeed>> {
  const rows = await db
    .select({
      podcastId: podcast.id,
      feedUrl: podcastFeedLocation.feedUrl,
      lastRetrievedAt: podcastCrawl.lastSucceededAt,
    })
    .from(podcast)
    .innerJoin(
      podcastFeedLocation,
      and(eq(podcastFeedLocation.podcastId, podcast.id), eq(podcastFeedLocation.isCurrent, true)),
    )
    .leftJoin(podcastCrawl, eq(podcastCrawl.podcastId, podcast.id))
    .where(and(isAnyOf(podcast.id, ids), isVisible()));
  return new Map(rows.map((row) => [row.podcastId, row]));
}
