import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import { decodeInstantCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { accountEpisode, accountPodcast, episode, podcast } from "../db/schema.ts";
import { type EpisodeParts, type EpisodeRow, episodeColumns } from "../podcasts/list-episodes-by-podcast.ts";
import { isAvailable, isEpisodeListed } from "../podcasts/visible.ts";
import { PODCAST_BRIEF, type PodcastBrief } from "./list-account-episodes.ts";
import { isHeard, isNewToSubscriber, isSinceSubscription, isSubscribed } from "./subscribed.ts";

export type ListedNewEpisode = EpisodeRow & { podcast: PodcastBrief };
type Params = PageRequest & { accountId: number; parts: EpisodeParts };

// With thousands of subscriptions, the last two days usually fill a page.
const RECENT_DAYS = 2;

/**
 * Lists new episodes of all an account's subscriptions, newest first. Returns up to `first` + 1: one too many means
 * there are more.
 *
 * First tries the two days before the page's start. If that does not fill the page, reads all episodes: the account has
 * then heard nearly everything. Measured with 5,000 subscriptions of 40 episodes each and 200,000 states, on a busy
 * machine: 0.7 s and 1.8 s. Reading a page of each podcast takes 3.4 s.
 */
export async function listNewEpisodes(db: Database, params: Params): Promise<Edge<ListedNewEpisode>[]> {
  const { first, after } = params;
  const from = after === undefined ? undefined : decodeInstantCursor(after);
  const start = from === undefined ? sql`podcore_now()` : sql`${from.key}::timestamptz`;
  const isRecent = sql`${episode.publishedAt} > ${start} - ${RECENT_DAYS}::int * interval '1 day'`;
  // Checks each of the few recent episodes against the account's states.
  const recent = await list(db, { ...params, isNew: sql`${isRecent} and ${isNewToSubscriber()}` });
  return recent.length > first ? recent : list(db, { ...params, isNew: isNewOfAll(params) });
}

/** Like `isNewToSubscriber`, for many episodes: OFFSET 0 makes Postgres read the account's heard episodes only once. */
function isNewOfAll({ accountId }: Params): SQL {
  return sql`(${isSinceSubscription()} and ${isEpisodeListed()} and not exists (
    select from (
      select ${accountEpisode.episodeId} as id from ${accountEpisode}
      where ${accountEpisode.accountId} = ${accountId}::bigint and ${isHeard()} offset 0
    ) heard where heard.id = ${episode.id}))`;
}

async function list(
  db: Database,
  { accountId, first, after, parts, isNew }: Params & { isNew: SQL },
): Promise<Edge<ListedNewEpisode>[]> {
  const from = after === undefined ? undefined : decodeInstantCursor(after);
  // Sorts ids only, because many rows are sorted and few returned.
  const page = db.repeatable
    .select({ id: episode.id })
    .from(accountPodcast)
    .innerJoin(podcast, eq(podcast.id, accountPodcast.podcastId))
    .innerJoin(episode, eq(episode.podcastId, accountPodcast.podcastId))
    .where(
      and(
        eq(accountPodcast.accountId, accountId),
        isSubscribed(),
        isAvailable(),
        isNew,
        from && sql`(${episode.publishedAt}, ${episode.id}) < (${from.key}::timestamptz, ${from.id}::bigint)`,
      ),
    )
    .orderBy(desc(episode.publishedAt), desc(episode.id))
    .limit(first + 1)
    .as("page");
  const rows = await db.repeatable
    .select({ episode: episodeColumns(parts), podcast: PODCAST_BRIEF })
    .from(page)
    .innerJoin(episode, eq(episode.id, page.id))
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .orderBy(desc(episode.publishedAt), desc(episode.id));
  return rows.map((row) => ({
    node: { ...row.episode, podcast: row.podcast },
    cursor: encodeCursor(row.episode.publishedAt.toISOString(), row.episode.id),
  }));
}
