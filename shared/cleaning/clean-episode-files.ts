import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

// So that followed files are not looked at with each tick.
const NEXT_LOOK_AFTER = "1 month";

/**
 * Deletes up to `limit` chapters and transcripts that nobody has opened for months, unless an account follows the podcast.
 * They are fetched again when somebody opens the episode. @returns how many it deleted
 */
export async function cleanEpisodeFiles(db: Database, { limit }: { limit: number }): Promise<number> {
  const rows = await db.repeatable.execute(sql`
    with expired as (
      select f.episode_id, f.kind, exists (
        select from episode e join account_podcast a on a.podcast_id = e.podcast_id
        where e.id = f.episode_id and a.subscribed_at is not null and a.unsubscribed_at is null) as is_followed
      from episode_file f
      where f.kept_until < podcore_now()
      order by f.kept_until
      limit ${limit}::int
      for update skip locked
    ), kept as (
      update episode_file f set kept_until = podcore_now() + ${NEXT_LOOK_AFTER}::interval
      from expired where f.episode_id = expired.episode_id and f.kind = expired.kind and is_followed
    ), deleted as (
      delete from episode_file f using expired
      where f.episode_id = expired.episode_id and f.kind = expired.kind and not is_followed
      returning f.episode_id, f.kind
    ), texts as (
      delete from transcript t using deleted where t.episode_id = deleted.episode_id and deleted.kind = 'transcript'
    )
    select from deleted`);
  return rows.length;
}
