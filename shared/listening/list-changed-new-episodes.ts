import { and, eq, or, sql } from "drizzle-orm";
import { decodeNumberCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { accountEpisode, accountPodcast, episode, podcast } from "../db/schema.ts";
import { type EpisodeParts, episodeColumns } from "../podcasts/list-episodes-by-podcast.ts";
import { isVisible } from "../podcasts/visible.ts";
import type { SyncPoint } from "./find-sync-point.ts";
import { PODCAST_BRIEF } from "./list-account-episodes.ts";
import type { ListedNewEpisode } from "./list-new-episodes.ts";
import { isSinceSubscription, isSubscribed } from "./subscribed.ts";

type Asked = PageRequest & { accountId: number; parts: EpisodeParts; since: SyncPoint };

/**
 * Lists, by id, what may have come into or left the list of new episodes since: what a crawl has brought or changed, what
 * the account has listened to, and the episodes of podcasts that it has subscribed to or left. Of the latter those that it
 * may still see. One more than `first`, where there are as many.
 */
export async function listChangedNewEpisodes(
  db: Database,
  { accountId, since, first, after, parts }: Asked,
): Promise<Edge<ListedNewEpisode>[]> {
  // Ids are as good an order as any, for what crawls bring has no sequence of the account. Not by their index, which would
  // be read from its start: the episodes of all podcasts.
  const from = after === undefined ? undefined : decodeNumberCursor(after);
  const isHeldAnew = sql`${accountPodcast.sequence} > ${since.sequence}::bigint`;
  const rows = await db.repeatable
    .select({ episode: episodeColumns(parts), podcast: PODCAST_BRIEF })
    .from(accountPodcast)
    .innerJoin(podcast, eq(podcast.id, accountPodcast.podcastId))
    .innerJoin(episode, eq(episode.podcastId, podcast.id))
    .leftJoin(
      accountEpisode,
      and(eq(accountEpisode.accountId, accountPodcast.accountId), eq(accountEpisode.episodeId, episode.id)),
    )
    .where(
      and(
        eq(accountPodcast.accountId, accountId),
        isSinceSubscription(),
        or(isSubscribed(), isHeldAnew),
        or(
          isHeldAnew,
          sql`${accountEpisode.sequence} > ${since.sequence}::bigint`,
          sql`${episode.updatedAt} > ${since.at.toISOString()}::timestamptz`,
        ),
        isVisible(accountId),
        from && sql`${episode.id} > ${from.id}::bigint`,
      ),
    )
    .orderBy(sql`${episode.id} + 0`)
    .limit(first + 1);
  return rows.map((row) => ({
    node: { ...row.episode, podcast: row.podcast },
    cursor: encodeCursor(String(row.episode.id), row.episode.id),
  }));
}
