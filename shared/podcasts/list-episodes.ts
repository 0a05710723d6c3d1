import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import { decodeInstantCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { type Episode, episode, podcast } from "../db/schema.ts";
import { isEpisodeListed, isVisible } from "./visible.ts";

const { descriptionSource: _, ...columns } = getTableColumns(episode);
/** Without the notes as the feed gave them, which no list shows and which may be large. */
export type ListedEpisode = Omit<Episode, "descriptionSource">;

/** Lists the episodes of a podcast that the account may see, newest first: one more than `first` where there are as many; of an unknown podcast none. */
export async function listEpisodes(
  db: Database,
  { podcastId, accountId, first, after }: PageRequest & { podcastId: number; accountId: number | undefined },
): Promise<Edge<ListedEpisode>[]> {
  const from = after === undefined ? undefined : decodeInstantCursor(after);
  const rows = await db.repeatable
    .select(columns)
    .from(episode)
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(
      and(
        eq(episode.podcastId, podcastId),
        isVisible(accountId),
        isEpisodeListed(),
        from && sql`(${episode.publishedAt}, ${episode.id}) < (${from.key}::timestamptz, ${from.id}::bigint)`,
      ),
    )
    .orderBy(desc(episode.publishedAt), desc(episode.id))
    .limit(first + 1);
  return rows.map((node) => ({ node, cursor: encodeCursor(node.publishedAt.toISOString(), node.id) }));
}

/** An episode away from its podcast's page. */
export type FoundEpisode = { episode: ListedEpisode; podcast: { id: number; title: string; language: string | null } };

/** Finds episodes by id, of podcasts that the account may see, with what a list says of the podcast. */
export async function findListedEpisodes(
  db: Database,
  { ids, accountId }: { ids: number[]; accountId: number | undefined },
): Promise<Map<number, FoundEpisode>> {
  const rows = await db.repeatable
    .select({ episode: columns, podcast: { id: podcast.id, title: podcast.title, language: podcast.language } })
    .from(episode)
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(and(isAnyOf(episode.id, ids), isVisible(accountId)));
  return new Map(rows.map((row) => [row.episode.id, row]));
}
