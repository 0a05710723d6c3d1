import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/**
 * Makes a URL the one that a podcast's feed is asked at; the one before stays as one that it is known by.
 *
 * @returns false where another podcast has it, and nothing is changed
 */
export async function moveFeedLocation(
  db: Database,
  { podcastId, feedUrl }: { podcastId: number; feedUrl: string },
): Promise<boolean> {
  return db.repeatable.transaction(async (tx) => {
    await tx.repeatable.execute(sql`
      insert into podcast_feed_location (podcast_id, feed_url, is_current)
      values (${podcastId}::bigint, ${feedUrl}::text, false) on conflict (feed_url) do nothing`);
    const own = await tx.repeatable.execute(sql`
      select from podcast_feed_location where feed_url = ${feedUrl}::text and podcast_id = ${podcastId}::bigint`);
    if (own.length === 0) return false;
    await tx.repeatable.execute(sql`
      update podcast_feed_location set is_current = false where podcast_id = ${podcastId}::bigint and is_current`);
    await tx.repeatable.execute(
      sql`update podcast_feed_location set is_current = true where feed_url = ${feedUrl}::text`,
    );
    await tx.repeatable.execute(sql`
      update podcast_crawl set moved_to_url = null, moved_since = null, moved_identity = null, num_moves_seen = 0
      where podcast_id = ${podcastId}::bigint`);
    return true;
  });
}
