import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { type Episode, episode, podcast } from "../db/schema.ts";
import { badParameter } from "../errors.ts";
import { decodeCursor, encodeCursor } from "../sql/cursor.ts";
import { isVisible } from "../sql/visible.ts";
import type { Edge, PageRequest } from "./connection.ts";
import { isAnyOf } from "./podcast-rows.ts";

const { itemSha256: _item, guidSha256: _guid, descriptionSource, descriptionHtml, ...BRIEF } = getTableColumns(episode);
// The notes are most of a row's bytes: read only where they are asked for.
const NOTES = { descriptionSource, descriptionHtml };

type Notes = Pick<Episode, keyof typeof NOTES>;
export type EpisodeRow = Omit<Episode, "itemSha256" | "guidSha256" | keyof Notes> & Partial<Notes>;
type Wanted = { hasNotes: boolean };

/** Lists visible podcasts' episodes, newest first, by podcast id: of each one more than `first`, where there are as many. */
export async function listEpisodeEdges(
  db: Database,
  { podcastIds, first, after, hasNotes }: PageRequest & Wanted & { podcastIds: number[] },
): Promise<Map<number, Edge<EpisodeRow>[]>> {
  const from = after === undefined ? undefined : decodeEpisodeCursor(after);
  // Under the table's own name, so that the outer query names its columns as ever.
  const page = db
    .select(columns({ hasNotes }))
    .from(episode)
    .where(
      and(
        eq(episode.podcastId, podcast.id),
        from && sql`(${episode.publishedAt}, ${episode.id}) < (${from.key}::timestamptz, ${from.id}::bigint)`,
      ),
    )
    .orderBy(desc(episode.publishedAt), desc(episode.id))
    .limit(first + 1)
    .as("episode");
  const rows = await db
    .select(columns({ hasNotes }))
    .from(podcast)
    .innerJoinLateral(page, sql`true`)
    .where(and(isAnyOf(podcast.id, podcastIds), isVisible()))
    .orderBy(desc(episode.publishedAt), desc(episode.id));
  const edges = rows.map((node) => ({ node, cursor: encodeCursor(node.publishedAt.toISOString(), node.id) }));
  return Map.groupBy(edges, ({ node }) => node.podcastId);
}

/** Finds visible podcasts' episodes by id. */
export async function findEpisodes(
  db: Database,
  { ids, hasNotes }: Wanted & { ids: number[] },
): Promise<Map<number, EpisodeRow>> {
  const rows = await db
    .select(columns({ hasNotes }))
    .from(episode)
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(and(isAnyOf(episode.id, ids), isVisible()));
  return new Map(rows.map((row) => [row.id, row]));
}

function columns({ hasNotes }: Wanted): typeof BRIEF {
  return hasNotes ? { ...BRIEF, ...NOTES } : BRIEF;
}

function decodeEpisodeCursor(after: string): { key: string; id: number } {
  const cursor = decodeCursor(after);
  const publishedAt = new Date(cursor.key);
  if (!Number.isNaN(publishedAt.getTime()) && publishedAt.toISOString() === cursor.key) return cursor;
  throw badParameter("after", `not a cursor of this list: "${after.slice(0, 100)}"`);
}
