import { sql } from "drizzle-orm";
import { NUM_KEPT } from "../crawl/store-feed-content.ts";
import type { Database } from "../db/pool.ts";

/** Deletes up to `limit` raw feeds beyond the newest five of their podcast. @returns how many it deleted */
export async function cleanPodcastFeedContents(db: Database, { limit }: { limit: number }): Promise<number> {
  // Skips rows that another transaction holds, and keeps a row that became the newest again in the meantime: its
  // retrieved_at differs from the one it was ranked by.
  const rows = await db.repeatable.execute(sql`
    with ranked as (
      select id, retrieved_at, row_number() over (partition by podcast_id order by retrieved_at desc, id desc) as rank
      from podcast_feed_content
    ), surplus as (
      select c.id from podcast_feed_content c
      join ranked on ranked.id = c.id and ranked.retrieved_at = c.retrieved_at
      where ranked.rank > ${NUM_KEPT}::int
      limit ${limit}::int
      for update of c skip locked
    )
    delete from podcast_feed_content where id in (select id from surplus) returning 1`);
  return rows.length;
}
