import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { podcast, podcastFeedLocation } from "../db/schema.ts";
import { isFeedUrlVisible, isVisible } from "./visible.ts";

export type FoundPodcast = NonNullable<Awaited<ReturnType<typeof findPodcast>>>;

/**
 * Finds a podcast that the account (or, without one, the public) may see. `feedUrl` is null if it may not see the
 * feed's URL.
 */
export async function findPodcast(db: Database, { id, accountId }: { id: number; accountId: number | undefined }) {
  const [row] = await db.repeatable
    .select({
      podcast,
      feedUrl: sql<string | null>`case when ${isFeedUrlVisible(accountId)} then ${podcastFeedLocation.feedUrl} end`,
    })
    .from(podcast)
    .innerJoin(
      podcastFeedLocation,
      and(eq(podcastFeedLocation.podcastId, podcast.id), eq(podcastFeedLocation.isCurrent, true)),
    )
    .where(and(eq(podcast.id, id), isVisible(accountId)));
  return row === undefined ? undefined : { ...row.podcast, feedUrl: row.feedUrl };
}
