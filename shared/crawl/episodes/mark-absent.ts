import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import type { Feed } from "../../feed/model.ts";
import { keysOf } from "./plan-episodes.ts";

type Show = {
  podcastId: number;
  feed: Feed;
  /** The feed is a later page, which says nothing about episodes that it does not list. */
  isLaterPage?: boolean | undefined;
};

/**
 * Marks a podcast's episodes that its feed no longer lists, and unmarks those that are back. A feed without episodes, or of
 * which only a part was read, says nothing about the others. The first of several pages says something only about
 * episodes that are newer than its last one.
 */
export async function markAbsent(db: Database, { podcastId, feed, isLaterPage = false }: Show): Promise<void> {
  const { episodes, isWhole, nextPageUrl } = feed;
  if (episodes.length === 0 || !isWhole) return;
  const isFirstPage = !isLaterPage && nextPageUrl !== undefined;
  const listedFrom = isLaterPage ? undefined : isFirstPage ? lastDateOf(episodes) : "-infinity";
  await db.repeatable.execute(sql`
    update episode e set
      absent_since = case when seen.is_listed then null else podcore_now() end, updated_at = podcore_now()
    from (
      select stored.id, k.key is not null as is_listed
      from episode stored
      left join jsonb_array_elements_text(${keysOf(episodes)}::jsonb) as k(key)
        on decode(k.key, 'hex') = stored.guid_sha256
      where stored.podcast_id = ${podcastId}::bigint
    ) seen
    where e.id = seen.id and seen.is_listed = (e.absent_since is not null)
      and (seen.is_listed or e.published_at > ${listedFrom ?? "infinity"}::timestamptz)`);
}

/** Returns the date of a page's last episode. Undefined unless most others are newer, so that it is newest first. */
function lastDateOf(episodes: Feed["episodes"]): string | undefined {
  const dates = episodes.flatMap(({ publishedAt }) => publishedAt ?? []);
  const last = dates.at(-1);
  const isNewestFirst = last !== undefined && dates.filter((date) => date > last).length >= dates.length / 2;
  return isNewestFirst ? last.toISOString() : undefined;
}
