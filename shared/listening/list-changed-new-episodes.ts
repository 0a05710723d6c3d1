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

type Params = PageRequest & { accountId: number; parts: EpisodeParts; since: SyncPoint };

/**
 * Lists, by id, episodes that may have entered or left the list of new episodes since `since`: those that a crawl has
 * added or changed, those that the account has listened to, and those of podcasts that it has subscribed to or
 * unsubscribed from (if it may still see them). Returns up to `first` + 1: one too many means there are more.
 */
export async function listChangedNewEpisodes(
  db: Database,
  { accountId, since, first, after, parts }: Params,
): Promise<Edge<ListedNewEpisode>[]> {
  // Sorted by id, since crawled changes have no sequence of the account. `+ 0` keeps Postgres from using the id's
  // index, which it would read from the start: the episodes of all podcasts.
  const from = after === undefined ? undefined : decodeNumberCursor(after);
  const isSubscriptionChanged = sql`${accountPodcast.sequence} > ${since.sequence}::bigint`;
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
        or(isSubscribed(), isSubscriptionChanged),
        or(
          isSubscriptionChanged,
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
