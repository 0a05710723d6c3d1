import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";

/** The page of a podcast's feed that a job is to read next, and what was read before. */
export type NextPage = {
  podcastId: number;
  url: string;
  /** Hashes of the pages read, and of the first. */
  seen: readonly string[];
  numPages: number;
  maxPages: number;
  numBytes: number;
  numEpisodes: number;
  /** Date of the oldest stored episode. */
  oldestAt: Date | undefined;
  feedUrl: string;
  isPrivate: boolean;
  numSubscribers: number;
  /** Time since the request. */
  requestedMs: number;
};
type Row = {
  next_url: string;
  seen: string[];
  num_pages: number;
  max_pages: number;
  num_bytes: number;
  num_episodes: number;
  oldest_ms: number | null;
  feed_url: string;
  is_private: boolean;
  num_subscribers: number;
  requested_ms: number;
};

/** Stores which page follows the first one of a feed, unless later pages were read already. */
export async function noteNextPage(
  tx: Database,
  { podcastId, nextPageUrl, baseUrl }: { podcastId: number; nextPageUrl: string | undefined; baseUrl: string },
): Promise<void> {
  if (nextPageUrl === undefined) {
    await tx.repeatable.execute(sql`
      update podcast_pages set next_url = null
      where podcast_id = ${podcastId}::bigint and num_pages = 0 and next_url is not null`);
    return;
  }
  await tx.repeatable.execute(sql`
    insert into podcast_pages as p (podcast_id, next_url, seen)
    values (${podcastId}::bigint, ${nextPageUrl}::text, ${JSON.stringify([pageKey(baseUrl)])}::jsonb)
    on conflict (podcast_id) do update set next_url = excluded.next_url, seen = excluded.seen
    where p.num_pages = 0 and (p.next_url, p.seen) is distinct from (excluded.next_url, excluded.seen)`);
}

/**
 * Requests that up to `num` more pages are read, and stores the job, if there are any and no job reads them. @returns
 * false otherwise
 */
export async function requestPages(
  db: Database,
  { podcastId, num }: { podcastId: number; num: number },
): Promise<boolean> {
  const rows = await db.repeatable.execute(sql`
    with requested as (
      update podcast_pages set requested_at = podcore_now(), max_pages = num_pages + ${num}::int, last_error = null
      where podcast_id = ${podcastId}::bigint and next_url is not null
        and (requested_at is null or requested_at <= podcore_now() - interval '3 days')
      returning podcast_id
    )
    insert into job (name, args) select 'feed_pages', jsonb_build_object('podcastId', podcast_id) from requested
    returning 1`);
  return rows.length > 0;
}

/** Finds the page to read next. @returns undefined if none is requested, or the podcast was taken down or merged */
export async function findNextPage(db: Database, podcastId: number): Promise<NextPage | undefined> {
  const [row] = await db.repeatable.execute<Row>(sql`
    select pp.next_url, pp.seen, pp.num_pages, pp.max_pages, pp.num_bytes::float8 as num_bytes, l.feed_url, p.is_private,
      e.num_episodes, e.oldest_ms, extract(epoch from podcore_now() - pp.requested_at)::float8 * 1000 as requested_ms,
      (select count(*) from account_podcast a where a.podcast_id = p.id
        and a.subscribed_at is not null and a.unsubscribed_at is null)::int as num_subscribers
    from podcast_pages pp
    join podcast p on p.id = pp.podcast_id and p.taken_down_at is null and p.merged_at is null
    join podcast_feed_location l on l.podcast_id = p.id and l.is_current
    cross join lateral (
      select count(*)::int as num_episodes, extract(epoch from min(published_at))::float8 * 1000 as oldest_ms
      from episode where podcast_id = p.id
    ) e
    where pp.podcast_id = ${podcastId}::bigint and pp.requested_at is not null and pp.next_url is not null`);
  if (row === undefined) return undefined;
  return {
    podcastId,
    url: row.next_url,
    seen: row.seen,
    numPages: row.num_pages,
    maxPages: row.max_pages,
    numBytes: row.num_bytes,
    numEpisodes: row.num_episodes,
    oldestAt: row.oldest_ms === null ? undefined : new Date(row.oldest_ms),
    feedUrl: row.feed_url,
    isPrivate: row.is_private,
    numSubscribers: row.num_subscribers,
    requestedMs: row.requested_ms,
  };
}

/**
 * Records that a page was read, and which one follows. @returns false if that was recorded already
 */
export async function advance(
  tx: Database,
  page: NextPage,
  { nextUrl, numBytes }: { nextUrl: string | undefined; numBytes: number },
): Promise<boolean> {
  const rows = await tx.repeatable.execute(sql`
    update podcast_pages set next_url = ${nextUrl ?? null}::text, num_pages = num_pages + 1,
      num_bytes = num_bytes + ${numBytes}::bigint, checked_at = podcore_now(), last_error = null,
      seen = seen || ${JSON.stringify([pageKey(page.url)])}::jsonb
    where podcast_id = ${page.podcastId}::bigint and next_url = ${page.url}::text
    returning 1`);
  return rows.length > 0;
}

/** Ends a request. `isLast`: there are no more pages, or they cannot be read. */
export async function endPages(
  db: Database,
  { podcastId, isLast, error }: { podcastId: number; isLast: boolean; error?: string | undefined },
): Promise<void> {
  await db.repeatable.execute(sql`
    update podcast_pages set requested_at = null, checked_at = podcore_now(), last_error = left(${error ?? null}::text, 2000),
      next_url = case when not ${isLast}::boolean then next_url end
    where podcast_id = ${podcastId}::bigint`);
}

/** Identifies a page in `seen`. Short, because a feed may have hundreds. */
export function pageKey(url: string): string {
  return createHash("sha256").update(url).digest("base64url").slice(0, 16);
}
