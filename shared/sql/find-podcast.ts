import { and, eq } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { podcast, podcastFeedLocation } from "../db/schema.ts";
import { isVisible } from "./visible.ts";

export type FoundPodcast = NonNullable<Awaited<ReturnType<typeof findPodcast>>>;

/** Finds a visible podcast with its current feed URL. */
export async function findPodcast(db: Database, id: number) {
  const [row] = await db
    .select({ podcast, feedUrl: podcastFeedLocation.feedUrl })
    .from(podcast)
    .innerJoin(
      podcastFeedLocation,
      and(eq(podcastFeedLocation.podcastId, podcast.id), eq(podcastFeedLocation.isCurrent, true)),
    )
    .where(and(eq(podcast.id, id), isVisible()));
  return row === undefined ? undefined : { ...row.podcast, feedUrl: row.feedUrl };
}
