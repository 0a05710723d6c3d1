import { type SQL, sql } from "drizzle-orm";
import type { UpdateHints } from "../feed/model.ts";

/** A podcast under a lease, with what a crawl needs to know about it. */
export type Claim = {
  podcastId: number;
  leaseToken: number;
  feedUrl: string;
  /** How long to wait before the request, so that those to one host are apart. */
  startsInMs: number;
  etag: string | undefined;
  lastModified: string | undefined;
  /** The URL that sent these validators; undefined if an older version stored them. */
  validatorsUrl: string | undefined;
  /** Time since the host last sent content instead of a 304; undefined if that is not known. */
  contentAgeMs: number | undefined;
  numFailures: number;
  /** Number of claims in a row, before this one, whose lease ran out before the crawl ended. */
  numUnfinished: number;
  /** Accounts on this server that subscribe to it. */
  numSubscribers: number;
  /** Logs and errors must not show the feed's URL, nor any URL that it redirects to. */
  isPrivate: boolean;
  claimedAt: Date;
  lastSucceededAt: Date | undefined;
  /** When its last episodes came, oldest first; undefined if no crawl has stored that. */
  arrivals: Date[] | undefined;
  /** What the feed says about when to come back. */
  hints: UpdateHints | undefined;
  /** How long the host said that its last reply was fresh. */
  maxAgeMs: number | undefined;
  /** The show's GUID or, without one, its title. */
  identity: string;
  /** The permanent redirect target that the last crawl saw. */
  movedToUrl: string | undefined;
  /** Where the stored feed says that it moves to (itunes:new-feed-url). */
  newFeedUrl: string | undefined;
  /** When a hub or a publisher last said that the feed has changed. */
  pushedAt: Date | undefined;
  /** For how much longer a hub announces its episodes. Undefined if none does, or it has not announced the last one. */
  pushLeaseMs: number | undefined;
};
export type ClaimRow = {
  podcast_id: string;
  lease_token: string;
  feed_url: string;
  starts_in_ms: number;
  etag: string | null;
  last_modified: string | null;
  validators_url: string | null;
  content_age_ms: number | null;
  num_failures: number;
  num_unfinished: number;
  num_subscribers: number;
  is_private: boolean;
  claimed_at: number;
  last_succeeded_at: number | null;
  arrivals: number[] | null;
  hints: UpdateHints | null;
  max_age_seconds: number | null;
  identity: string;
  moved_to_url: string | null;
  new_feed_url: string | null;
  pushed_at: number | null;
  push_lease_ms: number | null;
};

// Room for three renewals; short enough that a killed pod's feeds are soon crawled by another.
export const LEASE_SECONDS = 30;

/**
 * Writes the leases of the podcasts in the common table expression `picked`, whose columns are `podcast_id` and
 * `starts_in_ms`. A lease that ran out counts as an unfinished claim. Leaves out podcasts that were taken down or
 * merged, or have lost their address.
 */
export function leasePodcasts(): SQL {
  return sql`
    update podcast_crawl c
    set lease_token = c.lease_token + 1, lease_expires_at = podcore_now() + ${LEASE_SECONDS}::int * interval '1 second',
      num_unfinished = c.num_unfinished + (c.lease_expires_at is not null)::int
    from picked, podcast_feed_location l, podcast p
    where c.podcast_id = picked.podcast_id and l.podcast_id = picked.podcast_id and l.is_current
      and p.id = picked.podcast_id and p.taken_down_at is null and p.merged_at is null
    returning c.podcast_id, c.lease_token, l.feed_url, picked.starts_in_ms, c.etag, c.last_modified, c.validators_url,
      c.num_failures, c.num_unfinished, p.is_private, c.moved_to_url, p.new_feed_url, coalesce(p.podcast_guid, p.title) as identity,
      c.arrivals, c.hints, c.max_age_seconds, extract(epoch from podcore_now())::float8 as claimed_at,
      extract(epoch from c.last_succeeded_at)::float8 as last_succeeded_at,
      extract(epoch from podcore_now() - c.last_content_at)::float8 * 1000 as content_age_ms,
      (select count(*) from account_podcast a where a.podcast_id = c.podcast_id
        and a.subscribed_at is not null and a.unsubscribed_at is null)::int as num_subscribers,
      extract(epoch from c.pushed_at)::float8 as pushed_at,
      (select extract(epoch from s.lease_ends_at - podcore_now())::float8 * 1000 from podcast_push s
        where s.podcast_id = c.podcast_id and s.is_wanted and s.lease_ends_at > podcore_now()
          and s.delivered_at > coalesce(s.missed_at, '-infinity')) as push_lease_ms`;
}

// Long enough to cost a host nothing; a podcast that has got its address back is soon crawled again.
const UNCLAIMABLE_HOURS = 24;

/**
 * Puts off those podcasts of `picked` that `leasePodcasts` leaves out although they are due. Otherwise each claim would
 * pick the same one again, and its host's other podcasts would never be crawled.
 */
export function postponeUnclaimable(): SQL {
  return sql`
    update podcast_crawl c set due_at = podcore_now() + ${UNCLAIMABLE_HOURS}::int * interval '1 hour'
    from picked
    where c.podcast_id = picked.podcast_id and c.due_at <= podcore_now() and not exists (
      select from podcast p join podcast_feed_location l on l.podcast_id = p.id and l.is_current
      where p.id = picked.podcast_id and p.taken_down_at is null and p.merged_at is null)`;
}

export function toClaim(row: ClaimRow): Claim {
  return {
    podcastId: Number(row.podcast_id),
    leaseToken: Number(row.lease_token),
    feedUrl: row.feed_url,
    startsInMs: row.starts_in_ms,
    etag: row.etag ?? undefined,
    lastModified: row.last_modified ?? undefined,
    validatorsUrl: row.validators_url ?? undefined,
    contentAgeMs: row.content_age_ms ?? undefined,
    numFailures: row.num_failures,
    numUnfinished: row.num_unfinished,
    numSubscribers: row.num_subscribers,
    isPrivate: row.is_private,
    claimedAt: instantOf(row.claimed_at),
    lastSucceededAt: row.last_succeeded_at === null ? undefined : instantOf(row.last_succeeded_at),
    arrivals: row.arrivals?.map(instantOf),
    hints: row.hints ?? undefined,
    maxAgeMs: row.max_age_seconds === null ? undefined : row.max_age_seconds * 1_000,
    identity: row.identity,
    movedToUrl: row.moved_to_url ?? undefined,
    newFeedUrl: row.new_feed_url ?? undefined,
    pushedAt: row.pushed_at === null ? undefined : instantOf(row.pushed_at),
    pushLeaseMs: row.push_lease_ms ?? undefined,
  };
}

function instantOf(seconds: number): Date {
  return new Date(seconds * 1_000);
}
