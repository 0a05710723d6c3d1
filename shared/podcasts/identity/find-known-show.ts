import { sql } from "drizzle-orm";
import { isMovedShow, isOneShow } from "../../crawl/identity/compare-shows.ts";
import { findStoredShow } from "../../crawl/identity/find-stored-show.ts";
import { guidOfFeedUrl, isOriginal } from "../../crawl/identity/original-feed.ts";
import type { Database } from "../../db/pool.ts";
import type { Feed } from "../../feed/model.ts";

// Copies can claim one GUID in any number.
const NUM_CANDIDATES = 5;

/** `isLost`: its own feed is gone, or has not been fetched for days, and its last word was that it moves to this URL. */
export type KnownShow = { podcastId: number; isLost: boolean };

/**
 * Finds the public podcast that is the same show as a feed at an unknown URL: one whose feed says that it moves to this
 * URL (itunes:new-feed-url), or one with the same podcast:guid and most episodes in common.
 *
 * A copy can have the latter. So a lost show is not found by it: what somebody adds instead becomes a podcast of its own,
 * and the operator is shown both (`listQuarantined`). So it does if the GUID was made from its URL and not from one of the
 * known podcast: that one may be a mirror that was added first.
 */
export async function findKnownShow(
  db: Database,
  { feed, feedUrls }: { feed: Feed; feedUrls: readonly string[] },
): Promise<KnownShow | undefined> {
  const { podcastGuid } = feed;
  const ownsGuid = feedUrls.some((feedUrl) => guidOfFeedUrl(feedUrl) === podcastGuid);
  for (const { podcastId, isNamed, isLost } of await listCandidates(db, { feed, feedUrls })) {
    const stored = await findStoredShow(db, podcastId);
    if (stored === undefined) continue;
    if (isNamed && (await isMovedShow(stored, feed))) return { podcastId, isLost };
    if (isLost || !(await isOneShow(stored, feed))) continue;
    if (!ownsGuid || (await isOriginal(db, { podcastId, podcastGuid }))) return { podcastId, isLost };
  }
  return undefined;
}

// As many failures in a row take about five days.
const NUM_FAILURES = 10;

type Row = { id: string; is_named: boolean; is_lost: boolean };

async function listCandidates(db: Database, { feed, feedUrls }: { feed: Feed; feedUrls: readonly string[] }) {
  const isNamed = sql`p.new_feed_url in (select jsonb_array_elements_text(${JSON.stringify(feedUrls)}::jsonb))`;
  const rows = await db.repeatable.execute<Row>(sql`
    select p.id, coalesce(${isNamed}, false) as is_named, c.gone_at is not null or c.num_failures >= ${NUM_FAILURES}::int
      or not exists (select from podcast_feed_location l where l.podcast_id = p.id and l.is_current) as is_lost
    from podcast p join podcast_crawl c on c.podcast_id = p.id
    where (p.podcast_guid = ${feed.podcastGuid ?? null}::text or ${isNamed})
      and not p.is_private and p.taken_down_at is null and p.merged_at is null
    order by p.id
    limit ${NUM_CANDIDATES}::int`);
  return rows.map((row) => ({ podcastId: Number(row.id), isNamed: row.is_named, isLost: row.is_lost }));
}
