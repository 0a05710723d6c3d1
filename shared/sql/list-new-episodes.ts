import { and, desc, eq, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { accountPodcast, episode, podcast } from "../db/schema.ts";
import { decodeInstantCursor, type Edge, encodeCursor, type PageRequest } from "./cursor.ts";
import { PODCAST_BRIEF, type PodcastBrief } from "./list-account-episodes.ts";
import { type EpisodeParts, type EpisodeRow, episodeColumns } from "./list-episodes-by-podcast.ts";
import { isNewToSubscriber, isSubscribed } from "./subscribed.ts";

export type ListedNewEpisode = EpisodeRow & { podcast: PodcastBrief };
type Asked = PageRequest & { accountId: number; parts: EpisodeParts };

/** Lists what is new in all of an account's subscriptions, newest first: one more than `first`, where there are as many. */
export async function listNewEpisodes(
  db: Database,
  { accountId, first, after, parts }: Asked,
): Promise<Edge<ListedNewEpisode>[]> {
  const from = after === undefined ? undefined : decodeInstantCursor(after);
  // Of each podcast no more than a page: an index has them in order. Under the table's own name, as in the list by podcast.
  const page = db.repeatable
    .select(episodeColumns(parts))
    .from(episode)
    .where(
      and(
        eq(episode.podcastId, accountPodcast.podcastId),
        isNewToSubscriber(),
        from && sql`(${episode.publishedAt}, ${episode.id}) < (${from.key}::timestamptz, ${from.id}::bigint)`,
      ),
    )
    .orderBy(desc(episode.publishedAt), desc(episode.id))
    .limit(first + 1)
    .as("episode");
  const rows = await db.repeatable
    .select({ episode: episodeColumns(parts), podcast: PODCAST_BRIEF })
    .from(accountPodcast)
    .innerJoin(podcast, eq(podcast.id, accountPodcast.podcastId))
    .innerJoinLateral(page, sql`true`)
    .where(and(eq(accountPodcast.accountId, accountId), isSubscribed()))
    .orderBy(desc(episode.publishedAt), desc(episode.id))
    .limit(first + 1);
  return rows.map((row) => ({
    node: { ...row.episode, podcast: row.podcast },
    cursor: encodeCursor(row.episode.publishedAt.toISOString(), row.episode.id),
  }));
}
