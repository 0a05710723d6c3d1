import { inArray } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { podcastFeedLocation } from "../db/schema.ts";

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
