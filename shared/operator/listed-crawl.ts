import { type SQL, sql } from "drizzle-orm";
import { explainVisit } from "../crawl/schedule/explain-visit.ts";
import { type Edge, encodeCursor } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { redactPaths, redactUrl } from "../fetch/redact.ts";

/** A podcast in a list of the operator's. Of a private feed's URLs it shows only the host. */
export type ListedCrawl = {
  podcastId: number;
  title: string;
  isPrivate: boolean;
  feedUrl: string | undefined;
  lastStatus: number | undefined;
  lastError: string | undefined;
  /** Failed crawls in a row. */
  numFailures: number;
  /** Title of another show at its address that waits for a decision. */
  foundTitle: string | undefined;
  hollowSince: Date | undefined;
  /** Some other public podcasts with the same podcast:guid. */
  sameGuidIds: number[];
  movesTo: string | undefined;
  takenDownReason: string | undefined;
  mergedIntoId: number | undefined;
  nextVisit: NextVisit;
};
/** `at` is undefined if the podcast is not crawled. */
export type NextVisit = { at: Date | undefined; isDue: boolean; reason: string | undefined; why: string };

export type VisitRow = {
  due_ms: number | null;
  is_due: boolean;
  due_reason: string | null;
  is_taken_down: boolean;
  is_merged: boolean;
  feed_url: string | null;
  paused_ms: number | null;
};
type Row = VisitRow & {
  id: string;
  key: number;
  title: string;
  is_private: boolean;
  last_status: number | null;
  last_error: string | null;
  num_failures: number;
  found_title: string | null;
  hollow_ms: number | null;
  same_guid_ids: number[] | null;
  moved_to_url: string | null;
  taken_down_reason: string | null;
  merged_into_id: string | null;
};

// Copies can claim one GUID in any number. The podcast's page lists more.
const NUM_SAME_GUID = 3;

/** Columns of podcast p, its podcast_crawl c, its current podcast_feed_location l and its crawl_host h, for `toNextVisit`. */
export const VISIT_COLUMNS = sql`
  case when isfinite(c.due_at) then ${msOf(sql`c.due_at`)} end as due_ms, c.due_at <= podcore_now() as is_due, c.due_reason,
  p.taken_down_at is not null as is_taken_down, p.merged_at is not null as is_merged, l.feed_url,
  case when h.paused_until > podcore_now() then ${msOf(sql`h.paused_until`)} end as paused_ms`;

/** What `VISIT_COLUMNS` reads, after a `from` with podcast p. */
export const VISIT_JOINS = sql`
  join podcast_crawl c on c.podcast_id = p.id
  left join podcast_feed_location l on l.podcast_id = p.id and l.is_current
  left join crawl_host h on h.host = c.host`;

/** An instant as milliseconds since 1970; NULL stays NULL. */
export function msOf(instant: SQL): SQL {
  return sql`(extract(epoch from ${instant}) * 1000)::float8`;
}

export function toDate(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms);
}

export function toNextVisit(row: VisitRow): NextVisit {
  const [at, reason] = [toDate(row.due_ms), row.due_reason ?? undefined];
  const why = explainVisit({
    ...{ at, reason, isDue: row.is_due, isTakenDown: row.is_taken_down, isMerged: row.is_merged },
    ...{ hasFeedUrl: row.feed_url !== null, pausedUntil: toDate(row.paused_ms) },
  });
  return { at, isDue: row.is_due, reason, why };
}

/**
 * Lists the podcasts that `listed` selects, a query of `id` and `key`: the highest key first, then the highest id. A cursor
 * holds both.
 */
export async function listCrawls(db: Database, listed: SQL): Promise<Edge<ListedCrawl>[]> {
  const rows = await db.repeatable.execute<Row>(sql`
    with listed as materialized (${listed})
    select p.id, listed.key::float8 as key, p.title, p.is_private, c.last_status, c.last_error, c.num_failures,
      q.title as found_title, ${msOf(sql`c.hollow_since`)} as hollow_ms, c.moved_to_url, p.taken_down_reason,
      (select jsonb_agg(id order by id) from (
        select o.id from podcast o
        where o.podcast_guid = p.podcast_guid and o.id <> p.id and not (p.is_private or o.is_private)
          and coalesce(p.taken_down_at, p.merged_at, o.taken_down_at, o.merged_at) is null
        order by o.id limit ${NUM_SAME_GUID}::int) same) as same_guid_ids,
      (select m.winner_id from podcast_merge m where m.loser_id = p.id and m.undone_at is null) as merged_into_id,
      ${VISIT_COLUMNS}
    from listed join podcast p on p.id = listed.id
    ${VISIT_JOINS}
    left join podcast_quarantine q on q.podcast_id = p.id and q.decision is null
    order by listed.key desc, p.id desc`);
  return rows.map((row) => ({ node: toListed(row), cursor: encodeCursor(String(row.key), Number(row.id)) }));
}

function toListed(row: Row): ListedCrawl {
  const { is_private: isPrivate } = row;
  return {
    podcastId: Number(row.id),
    title: row.title,
    isPrivate,
    feedUrl: shownUrl(row.feed_url, { isPrivate }),
    lastStatus: row.last_status ?? undefined,
    lastError: shownError(row.last_error, { isPrivate }),
    numFailures: row.num_failures,
    foundTitle: row.found_title ?? undefined,
    hollowSince: toDate(row.hollow_ms),
    sameGuidIds: row.same_guid_ids ?? [],
    movesTo: shownUrl(row.moved_to_url, { isPrivate }),
    takenDownReason: row.taken_down_reason ?? undefined,
    mergedIntoId: row.merged_into_id === null ? undefined : Number(row.merged_into_id),
    nextVisit: toNextVisit(row),
  };
}

type Privacy = { isPrivate: boolean };

/** Operators see no secret of a feed's URL either: their screens and logs are not the place for it. */
export function shownUrl(url: string | null, privacy: Privacy): string | undefined {
  return url === null ? undefined : redactUrl(url, privacy);
}

/** An error was stored for what the podcast was then; it may be private by now. */
export function shownError(error: string | null, { isPrivate }: Privacy): string | undefined {
  if (error === null) return undefined;
  return isPrivate ? redactPaths(error) : error;
}
