import { and, desc, eq, getTableColumns, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { type Episode, episode, podcast } from "../db/schema.ts";
import { badParameter } from "../errors.ts";
import { decodeCursor, encodeCursor, type Page, toPage } from "./cursor.ts";
import { isVisible } from "./visible.ts";

/** Lists a visible podcast's episodes, newest first; of an unknown podcast none. `after` is the cursor of the page before. */
export async function listEpisodes(
  db: Database,
  { podcastId, first, after }: { podcastId: number; first: number; after?: string | undefined },
): Promise<Page<Episode>> {
  const from = after === undefined ? undefined : decodeCursor(after);
  if (from !== undefined && Number.isNaN(Date.parse(from.key))) {
    throw badParameter("after", `not a cursor of this list: "${after}"`);
  }
  const rows = await db
    .select(getTableColumns(episode))
    .from(episode)
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(
      and(
        eq(episode.podcastId, podcastId),
        isVisible(),
        from && sql`(${episode.publishedAt}, ${episode.id}) < (${from.key}::timestamptz, ${from.id}::bigint)`,
      ),
    )
    .orderBy(desc(episode.publishedAt), desc(episode.id))
    .limit(first + 1);
  return toPage(rows, { first, cursorOf: (row) => encodeCursor(row.publishedAt.toISOString(), row.id) });
}
