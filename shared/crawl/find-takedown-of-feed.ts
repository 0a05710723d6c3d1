import { eq, inArray } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { podcast, podcastFeedLocation } from "../db/schema.ts";
import { sameFeedUrls } from "../fetch/same-feed-urls.ts";

/** Returns why the podcast at one of these feed URLs was taken down; undefined if none was. */
export async function findTakedownOfFeed(db: Database, feedUrls: readonly string[]): Promise<string | undefined> {
  const rows = await db.repeatable
    .select({ reason: podcast.takenDownReason })
    .from(podcastFeedLocation)
    .innerJoin(podcast, eq(podcast.id, podcastFeedLocation.podcastId))
    .where(inArray(podcastFeedLocation.feedUrl, feedUrls.flatMap(sameFeedUrls)));
  return rows.find(({ reason }) => reason !== null)?.reason ?? undefined;
}
