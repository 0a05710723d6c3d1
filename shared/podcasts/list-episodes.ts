import { and, desc, eq, sql } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import { decodeInstantCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { type Episode, episode, podcast } from "../db/schema.ts";
import { isEpisodeListed, isVisible } from "./visible.ts";

// What a list shows. Reading all columns costs as much as all the rest of a page.
const SHOWN = {
  id: episode.id,
  title: episode.title,
  publishedAt: episode.publishedAt,
  announcedFor: episode.announcedFor,
  descriptionHtml: episode.descriptionHtml,
  durationSeconds: episode.durationSeconds,
  isExplicit: episode.isExplicit,
  season: episode.season,
  seasonName: episode.seasonName,
  episodeNumber: episode.episodeNumber,
  episodeDisplay: episode.episodeDisplay,
  episodeType: episode.episodeType,
};
/** An episode as the site's lists show it. */
export type ListedEpisode = Pick<Episode, keyof typeof SHOWN>;

/**
 * Lists the newest episodes of a podcast that the account may see, up to `first` + 1: one too many means there are
 * more. Unknown podcasts have none.
 */
export async function listEpisodes(
  db: Database,
  { podcastId, accountId, first, after }: PageRequest & { podcastId: number; accountId: number | undefined },
): Promise<Edge<ListedEpisode>[]> {
  const from = after === undefined ? undefined : decodeInstantCursor(after);
  const rows = await db.repeatable
    .select(SHOWN)
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

/** An episode with the podcast fields that a list outside the podcast's page shows. */
export type FoundEpisode = { episode: ListedEpisode; podcast: { id: number; title: string; language: string | null } };

/** Finds episodes by id, if the account may see their podcasts. */
export async function findListedEpisodes(
  db: Database,
  { ids, accountId }: { ids: number[]; accountId: number | undefined },
): Promise<Map<number, FoundEpisode>> {
  const rows = await db.repeatable
    .select({ episode: SHOWN, podcast: { id: podcast.id, title: podcast.title, language: podcast.language } })
    .from(episode)
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(and(isAnyOf(episode.id, ids), isVisible(accountId)));
  return new Map(rows.map((row) => [row.episode.id, row]));
}
