import { eq, inArray } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { podcast, podcastFeedLocation } from "../db/schema.ts";
import { withoutTrailingDot } from "../fetch/feed-url.ts";

/** Returns why the podcast at one of these feed URLs was taken down; undefined if none was. */
export async function findTakedownOfFeed(db: Database, feedUrls: readonly string[]): Promise<string | undefined> {
  const rows = await db.repeatable
    .select({ reason: podcast.takenDownReason })
    .from(podcastFeedLocation)
    .innerJoin(podcast, eq(podcast.id, podcastFeedLocation.podcastId))
    .where(inArray(podcastFeedLocation.feedUrl, feedUrls.flatMap(withOtherScheme)));
  return rows.find(({ reason }) => reason !== null)?.reason ?? undefined;
}

/** The same URL over http and https is one feed. */
function withOtherScheme(url: string): string[] {
  // Redirects' URLs are not normalized.
  const feedUrl = withoutTrailingDot(url);
  const other = feedUrl.startsWith("https:") ? `http${feedUrl.slice(5)}` : `https${feedUrl.slice(4)}`;
  return [feedUrl, other];
}
