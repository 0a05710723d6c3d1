import { and, eq, getTableColumns, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { directoryPodcast, directorySearchHit, podcast } from "../db/schema.ts";
import { isOffered, isVisible, storedIdOf } from "../podcasts/visible.ts";

const { id, title, author, feedUrl, imageUrl } = getTableColumns(directoryPodcast);

/** A directory's podcast, and the podcast stored for it; null if there is none or the account may not see it. */
export type ListedDirectoryPodcast = {
  id: number;
  title: string;
  author: string | null;
  feedUrl: string;
  imageUrl: string | null;
  podcast: { id: number; title: string } | null;
};

/** Lists the directory's answer to a search in its order, without podcasts that were taken down here. */
export async function listDirectoryPodcasts(
  db: Database,
  { searchId, accountId }: { searchId: number; accountId: number | undefined },
): Promise<ListedDirectoryPodcast[]> {
  return db.repeatable
    .select({ id, title, author, feedUrl, imageUrl, podcast: STORED })
    .from(directorySearchHit)
    .innerJoin(directoryPodcast, eq(directoryPodcast.id, directorySearchHit.directoryPodcastId))
    .leftJoin(podcast, isStored(accountId))
    .where(and(eq(directorySearchHit.directorySearchId, searchId), isOffered()))
    .orderBy(directorySearchHit.position);
}

export const STORED = { id: podcast.id, title: podcast.title };

/** The podcast with this feed URL or, without one, the one added from this entry, if the account may see it. */
export function isStored(accountId: number | undefined) {
  return sql`${podcast.id} = ${storedIdOf()} and ${isVisible(accountId)}`;
}
