import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import type { Feed } from "../../feed/model.ts";
import type { Claim } from "../claim-due-podcasts.ts";
import { type Outcome, setOutcome } from "../record-crawl.ts";

/** Another show, as it was found at a podcast's address. `foundUrl` is the URL after redirects. */
export type Found = { feed: Feed; foundUrl: string };
export type Left = Outcome & {
  /** What was found instead of the podcast's feed: another show, or a feed without what is known. */
  kind: "other" | "hollow";
};

/**
 * Records another show at the address of a claimed podcast. A third show replaces the record of the second.
 *
 * @returns true if it is news; false if it was known, or if the lease was lost
 */
export async function recordQuarantine(db: Database, claim: Claim, { feed, foundUrl }: Found): Promise<boolean> {
  const [row] = await db.repeatable.execute<{ is_new: boolean }>(sql`
    insert into podcast_quarantine as old (podcast_id, feed_url, found_url, title, author, podcast_guid, num_items)
    select podcast_id, ${claim.feedUrl}::text, left(${foundUrl}::text, 8192), ${feed.title}::text,
      ${feed.author ?? null}::text, ${feed.podcastGuid ?? null}::text, ${feed.episodes.length}::int
    from podcast_crawl
    where podcast_id = ${claim.podcastId}::bigint and lease_token = ${claim.leaseToken}::bigint
    on conflict (podcast_id) where decision is null do update set
      since = case when (old.title, old.podcast_guid) is distinct from (excluded.title, excluded.podcast_guid)
        then excluded.since else old.since end,
      feed_url = excluded.feed_url, found_url = excluded.found_url, title = excluded.title, author = excluded.author,
      podcast_guid = excluded.podcast_guid, num_items = excluded.num_items, last_seen_at = excluded.last_seen_at
    returning since = last_seen_at as is_new`);
  return row?.is_new ?? false;
}

/**
 * Ends a claim whose feed was read but not stored. Episodes and the last success stay as they are. So do the validators of
 * a hollow feed: the next crawl asks for a change since the last full one. Another show's host may answer 304 to them, by
 * date alone, which would end the quarantine. So they are forgotten then. @returns false if the lease was lost
 */
export async function recordLeft(db: Database, claim: Claim, { kind, ...outcome }: Left): Promise<boolean> {
  const rows = await db.repeatable.execute(sql`
    update podcast_crawl set
      due_at = podcore_now() + ${outcome.delayMs}::bigint * interval '1 millisecond',
      lease_expires_at = null, num_unfinished = 0,
      last_attempted_at = podcore_now(),
      num_failures = 0, last_error = null, last_error_at = null, gone_at = null,
      hollow_since = case when ${kind === "hollow"}::boolean then coalesce(hollow_since, podcore_now()) end,
      etag = case when ${kind === "hollow"}::boolean then etag end,
      last_modified = case when ${kind === "hollow"}::boolean then last_modified end,
      ${setOutcome(outcome)}
    where podcast_id = ${claim.podcastId}::bigint and lease_token = ${claim.leaseToken}::bigint
    returning 1`);
  return rows.length > 0;
}
