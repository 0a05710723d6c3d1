import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import type { Feed } from "../../feed/model.ts";
import { keysOf } from "./plan-episodes.ts";

/**
 * Marks a podcast's episodes that its feed no longer lists, and unmarks those that are back. A feed without episodes, or of
 * which only a part was read, says nothing about the others.
 */
export async function markAbsent(db: Database, { podcastId, feed }: { podcastId: number; feed: Feed }): Promise<void> {
  if (feed.episodes.length === 0 || !feed.isWhole) return;
  await db.repeatable.execute(sql`
    update episode e set
      absent_since = case when seen.is_listed then null else podcore_now() end, updated_at = podcore_now()
    from (
      select stored.id, k.key is not null as is_listed
      from episode stored
      left join jsonb_array_elements_text(${keysOf(feed.episodes)}::jsonb) as k(key)
        on decode(k.key, 'hex') = stored.guid_sha256
      where stored.podcast_id = ${podcastId}::bigint
    ) seen
    where e.id = seen.id and seen.is_listed = (e.absent_since is not null)`);
}
