import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

type Params = { limit: number; afterId: number; podcastId: number | undefined };

/** Lists, by id, the podcasts behind `afterId` of which a raw feed is stored; with `podcastId` that one alone. */
export async function listPodcastsWithContent(db: Database, { limit, afterId, podcastId }: Params): Promise<number[]> {
  const rows = await db.repeatable.execute<{ id: string }>(sql`
    select id from podcast p
    where id > ${afterId}::bigint and (${podcastId ?? null}::bigint is null or id = ${podcastId ?? null}::bigint)
      and exists (select 1 from podcast_feed_content c where c.podcast_id = p.id)
    order by id
    limit ${limit}::int`);
  return rows.map((row) => Number(row.id));
}
