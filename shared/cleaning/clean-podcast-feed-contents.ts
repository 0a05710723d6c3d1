import { sql } from "drizzle-orm";
import { NUM_KEPT } from "../crawl/store-feed-content.ts";
import type { Database } from "../db/pool.ts";

/** Deletes up to `limit` raw feeds that are not among the newest five of their podcast. @returns how many it deleted */
export async function cleanPodcastFeedContents(db: Database, { limit }: { limit: number }): Promise<number> {
  // What another transaction holds is skipped, and what it has made the newest again meanwhile is kept: that row has
  // another retrieved_at than the one it was ranked by.
  const rows = await db.repeatable.execute(sql`
    with ranked as (
      select id, retrieved_at, row_number() over (partition by podcast_id order by retrieved_at desc, id desc) as place
      from podcast_feed_content
    ), surplus as (
      select c.id from podcast_feed_content c
      join ranked on ranked.id = c.id and ranked.retrieved_at = c.retrieved_at
      where ranked.place > ${NUM_KEPT}::int
      limit ${limit}::int
      for update of c skip locked
    )
    delete from podcast_feed_content where id in (select id from surplus) returning 1`);
  return rows.length;
}
