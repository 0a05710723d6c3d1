import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";

export type Successor = { podcastId: number; title: string | undefined; episodeId: number | undefined };

/**
 * Finds the podcast that a podcast was merged into, and which of its episodes `episodeId` is: another one, or the same if
 * it was moved. The caller sees the successor itself only as `visible.ts` allows.
 */
export async function findSuccessor(
  db: Database,
  { podcastId, episodeId }: { podcastId: number; episodeId?: number },
): Promise<Successor | undefined> {
  const [row] = await db.repeatable.execute<{ winner_id: string; title: string | null; episode_id: string | null }>(sql`
    select m.winner_id,
      (select title from podcast p where p.id = m.winner_id
        and not p.is_private and p.taken_down_at is null and p.merged_at is null) as title,
      (select case when r.subject = 'episode' then r.row_id else (r.before->>'episode_id')::bigint end
        from podcast_merge_row r
        where r.loser_id = m.loser_id and r.subject in ('episode', 'episode_match')
          and r.row_id = ${episodeId ?? null}::bigint) as episode_id
    from podcast_merge m where m.loser_id = ${podcastId}::bigint and m.undone_at is null`);
  if (row === undefined) return undefined;
  const episode = row.episode_id === null ? undefined : Number(row.episode_id);
  return { podcastId: Number(row.winner_id), title: row.title ?? undefined, episodeId: episode };
}
