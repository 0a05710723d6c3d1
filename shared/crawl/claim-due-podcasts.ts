import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** A podcast under a lease, with what a crawl needs to know about it. */
export type Claim = {
  podcastId: number;
  leaseToken: number;
  feedUrl: string;
  etag: string | undefined;
  lastModified: string | undefined;
  numFailures: number;
  /** Number of claims in a row, before this one, whose lease ran out before the crawl ended. */
  numUnfinished: number;
  /** Logs and errors must not show the feed's URL, nor any URL that it redirects to. */
  isPrivate: boolean;
  /** The feed changed within the last month. */
  isActive: boolean;
  /** The show's GUID or, without one, its title. */
  identity: string;
  /** The permanent redirect target that the last crawl saw. */
  movedToUrl: string | undefined;
  /** Where the stored feed says that it moves to (itunes:new-feed-url). */
  newFeedUrl: string | undefined;
};
type Row = {
  podcast_id: string;
  lease_token: string;
  feed_url: string;
  etag: string | null;
  last_modified: string | null;
  num_failures: number;
  num_unfinished: number;
  is_private: boolean;
  is_active: boolean;
  identity: string;
  moved_to_url: string | null;
  new_feed_url: string | null;
};

// Room for three renewals; short enough that a killed pod's feeds are soon crawled by another.
export const LEASE_SECONDS = 30;
// Any crawler may be killed once. A feed during which two in a row ended may be the cause.
const NUM_UNFINISHED_OF_SUSPECT = 2;

type Params = {
  limit: number;
  /** Claims only this podcast, due or not. */
  podcastId?: number;
  /**
   * If true, claims only podcasts during whose crawl at least two crawlers in a row ended; otherwise only the others.
   */
  isSuspect?: boolean;
};

/**
 * Claims up to `limit` podcasts that are due and not leased, longest overdue first. SKIP LOCKED lets any number of
 * crawlers claim at once without waiting for each other. A lease that ran out counts as an unfinished claim. Podcasts
 * that were taken down or merged, or have lost their address, are never due, so they don't use up `limit`, and cannot be
 * claimed by id either.
 */
export async function claimDuePodcasts(
  db: Database,
  { limit, podcastId, isSuspect = false }: Params,
): Promise<Claim[]> {
  const isWanted = podcastId === undefined ? sql`due_at <= podcore_now()` : sql`podcast_id = ${podcastId}::bigint`;
  const rows = await db.once.execute<Row>(sql`
    with due as (
      select podcast_id from podcast_crawl
      where ${isWanted} and (lease_expires_at is null or lease_expires_at <= podcore_now())
        and (num_unfinished + (lease_expires_at is not null)::int >= ${NUM_UNFINISHED_OF_SUSPECT}::int) = ${isSuspect}::boolean
      order by due_at
      limit ${limit}::int
      for update skip locked
    )
    update podcast_crawl c
    set lease_token = c.lease_token + 1, lease_expires_at = podcore_now() + ${LEASE_SECONDS}::int * interval '1 second',
      num_unfinished = c.num_unfinished + (c.lease_expires_at is not null)::int
    from due, podcast_feed_location l, podcast p
    where c.podcast_id = due.podcast_id and l.podcast_id = due.podcast_id and l.is_current and p.id = due.podcast_id
      and p.taken_down_at is null and p.merged_at is null
    returning c.podcast_id, c.lease_token, l.feed_url, c.etag, c.last_modified, c.num_failures, c.num_unfinished, p.is_private,
      c.moved_to_url, p.new_feed_url, coalesce(p.podcast_guid, p.title) as identity,
      coalesce(c.last_changed_at > podcore_now() - interval '1 month', false) as is_active`);
  return rows.map((row) => ({
    podcastId: Number(row.podcast_id),
    leaseToken: Number(row.lease_token),
    feedUrl: row.feed_url,
    etag: row.etag ?? undefined,
    lastModified: row.last_modified ?? undefined,
    numFailures: row.num_failures,
    numUnfinished: row.num_unfinished,
    isPrivate: row.is_private,
    isActive: row.is_active,
    identity: row.identity,
    movedToUrl: row.moved_to_url ?? undefined,
    newFeedUrl: row.new_feed_url ?? undefined,
  }));
}
