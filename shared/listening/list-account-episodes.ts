import { and, desc, eq, getTableColumns, isNotNull, sql } from "drizzle-orm";
import { decodeInstantCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { type AccountEpisode, accountEpisode, type Episode, episode, type Podcast, podcast } from "../db/schema.ts";
import { BRIEF } from "../podcasts/list-episodes-by-podcast.ts";
import { isVisible } from "../podcasts/visible.ts";

/** An account's lists of episodes it has a state of. */
export type ListKind = "in-progress" | "favorites" | "history";
/** An account's state of an episode, with the columns that lists show. */
export type ListedAccountEpisode = AccountEpisode & {
  episode: Pick<Episode, keyof typeof BRIEF>;
  podcast: PodcastBrief;
};
export type PodcastBrief = Pick<Podcast, keyof typeof PODCAST_BRIEF>;

export const PODCAST_BRIEF = { id: podcast.id, title: podcast.title, imageUrl: podcast.imageUrl };

const LISTS = {
  "in-progress": { instant: accountEpisode.listenedAt, isIn: sql`${accountEpisode.positionSeconds} > 0` },
  favorites: { instant: accountEpisode.favoritedAt, isIn: accountEpisode.isFavorited },
  history: { instant: accountEpisode.listenedAt, isIn: undefined },
} as const;

/**
 * Lists episodes of podcasts that the account may see, most recent first: those it has started but not finished, its
 * favorites, or its listening history. Returns up to `first` + 1: one too many means there are more.
 */
export async function listAccountEpisodes(
  db: Database,
  { accountId, kind, first, after }: PageRequest & { accountId: number; kind: ListKind },
): Promise<Edge<ListedAccountEpisode>[]> {
  const { instant, isIn } = LISTS[kind];
  const from = after === undefined ? undefined : decodeInstantCursor(after);
  const rows = await db.repeatable
    .select({ state: getTableColumns(accountEpisode), episode: BRIEF, podcast: PODCAST_BRIEF })
    .from(accountEpisode)
    .innerJoin(episode, eq(episode.id, accountEpisode.episodeId))
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(
      and(
        eq(accountEpisode.accountId, accountId),
        isNotNull(instant),
        isIn && sql`${isIn}`,
        isVisible(accountId),
        from && sql`(${instant}, ${accountEpisode.id}) < (${from.key}::timestamptz, ${from.id}::bigint)`,
      ),
    )
    .orderBy(desc(instant), desc(accountEpisode.id))
    .limit(first + 1);
  return rows.map((row) => {
    const at = kind === "favorites" ? row.state.favoritedAt : row.state.listenedAt;
    return {
      node: { ...row.state, episode: row.episode, podcast: row.podcast },
      cursor: encodeCursor(at?.toISOString() ?? "", row.state.id),
    };
  });
}
