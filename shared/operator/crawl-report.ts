import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { notFound } from "../errors.ts";
import { findWhich, type Which } from "../podcasts/find-which.ts";
import {
  msOf,
  type NextVisit,
  shownError,
  shownUrl,
  toDate,
  toNextVisit,
  VISIT_COLUMNS,
  VISIT_JOINS,
  type VisitRow,
} from "./listed-crawl.ts";

/** All that an operator is told of one podcast's crawl. Of a private feed's URLs it shows only the host. */
export type CrawlReport = {
  podcastId: number;
  title: string;
  isPrivate: boolean;
  createdAt: Date;
  /** Of the last reply; undefined if there was none. */
  lastStatus: number | undefined;
  /** The redirects that led to it. Undefined if there were none, and for private podcasts. */
  redirects: { status: number; host: string }[] | undefined;
  lastError: string | undefined;
  lastErrorAt: Date | undefined;
  numFailures: number;
  /** Crawlers in a row that ended during its crawl. */
  numUnfinished: number;
  lastAttemptedAt: Date | undefined;
  lastSucceededAt: Date | undefined;
  lastChangedAt: Date | undefined;
  goneSince: Date | undefined;
  hollowSince: Date | undefined;
  /** Validators of the content stored last. */
  etag: string | undefined;
  lastModified: string | undefined;
  nextVisit: NextVisit;
  /** The host that answers, after redirects. */
  host: { name: string; pausedUntil: Date | undefined; slowness: number } | undefined;
  /** Where the feed seems to move to, and how many crawls have said so. */
  move: { url: string; since: Date | undefined; numSeen: number } | undefined;
  /** All its feed URLs, the current one first. */
  feedUrls: FeedUrl[];
  /** Another show at its address that waits for a decision. */
  quarantine: Quarantine | undefined;
  /** What was decided about other shows at its addresses, the last first. */
  decisions: Decided[];
  takenDown: { at: Date | undefined; reason: string } | undefined;
  mergedInto: { podcastId: number; title: string | undefined; at: Date } | undefined;
  /** Podcasts that were merged into this one within a month. */
  merged: { podcastId: number; title: string; at: Date }[];
  /** Other public podcasts with the same podcast:guid. */
  sameGuid: { podcastId: number; title: string }[];
};
/** `leadsToId`: the other podcast that has the address now. */
type Decided = {
  decision: "same" | "other";
  title: string;
  feedUrl: string;
  at: Date;
  leadsToId: number | undefined;
};
type FeedUrl = { url: string; isCurrent: boolean; firstRetrievedAt: Date; lastRetrievedAt: Date };
type Quarantine = {
  foundUrl: string;
  title: string;
  author: string | undefined;
  podcastGuid: string | undefined;
  numItems: number;
  since: Date;
  lastSeenAt: Date;
};

// Copies can claim one GUID in any number, and one show can be merged as often.
const NUM_OTHERS = 20;
// Some feeds redirect to another URL each day.
const NUM_FEED_URLS = 100;

/** Finds the report of a podcast, by id or any of its feed URLs. @throws UserError 404 */
export async function run({ db }: Context, { which }: { which: Which }): Promise<CrawlReport> {
  const podcastId = await findWhich(db, which);
  const row = await findRow(db, podcastId);
  if (row === undefined) throw notFound("podcast", podcastId);
  const isPrivate = row.is_private;
  const [feedUrls, decisions, merged, sameGuid] = await Promise.all([
    listFeedUrls(db, { podcastId, isPrivate }),
    listDecisions(db, { podcastId, isPrivate }),
    listMerged(db, podcastId),
    listSameGuid(db, podcastId),
  ]);
  return { ...toReport(row), feedUrls, decisions, merged, sameGuid };
}

type Row = VisitRow & {
  id: string;
  title: string;
  is_private: boolean;
  created_ms: number;
  last_status: number | null;
  last_redirects: { status: number; host: string }[] | null;
  last_error: string | null;
  last_error_ms: number | null;
  num_failures: number;
  num_unfinished: number;
  attempted_ms: number | null;
  succeeded_ms: number | null;
  changed_ms: number | null;
  gone_ms: number | null;
  hollow_ms: number | null;
  etag: string | null;
  last_modified: string | null;
  host: string | null;
  slowness: number | null;
  moved_to_url: string | null;
  moved_ms: number | null;
  num_moves_seen: number;
  taken_down_ms: number | null;
  taken_down_reason: string | null;
  winner_id: string | null;
  winner_title: string | null;
  merged_ms: number | null;
  found: FoundRow | null;
};
type FoundRow = {
  url: string;
  title: string;
  author: string | null;
  guid: string | null;
  items: number;
  since: number;
  seen: number;
};

async function findRow(db: Database, podcastId: number): Promise<Row | undefined> {
  const [row] = await db.repeatable.execute<Row>(sql`
    select p.id, p.title, p.is_private, ${msOf(sql`p.created_at`)} as created_ms, c.last_status, c.last_redirects,
      c.last_error, ${msOf(sql`c.last_error_at`)} as last_error_ms, c.num_failures, c.num_unfinished,
      ${msOf(sql`c.last_attempted_at`)} as attempted_ms, ${msOf(sql`c.last_succeeded_at`)} as succeeded_ms,
      ${msOf(sql`c.last_changed_at`)} as changed_ms, ${msOf(sql`c.gone_at`)} as gone_ms,
      ${msOf(sql`c.hollow_since`)} as hollow_ms, c.etag, c.last_modified, c.host, h.slowness,
      c.moved_to_url, ${msOf(sql`c.moved_since`)} as moved_ms, c.num_moves_seen,
      ${msOf(sql`p.taken_down_at`)} as taken_down_ms, p.taken_down_reason,
      m.winner_id, w.title as winner_title, ${msOf(sql`m.merged_at`)} as merged_ms,
      (select jsonb_build_object('url', q.found_url, 'title', q.title, 'author', q.author, 'guid', q.podcast_guid,
          'items', q.num_items, 'since', ${msOf(sql`q.since`)}, 'seen', ${msOf(sql`q.last_seen_at`)})
        from podcast_quarantine q where q.podcast_id = p.id and q.decision is null) as found,
      ${VISIT_COLUMNS}
    from podcast p
    ${VISIT_JOINS}
    left join podcast_merge m on m.loser_id = p.id and m.undone_at is null
    left join podcast w on w.id = m.winner_id
    where p.id = ${podcastId}::bigint`);
  return row;
}

function toReport(row: Row): Omit<CrawlReport, "feedUrls" | "decisions" | "merged" | "sameGuid"> {
  const isPrivate = row.is_private;
  const moveUrl = shownUrl(row.moved_to_url, { isPrivate });
  return {
    podcastId: Number(row.id),
    title: row.title,
    isPrivate,
    createdAt: new Date(row.created_ms),
    lastStatus: row.last_status ?? undefined,
    redirects: row.last_redirects ?? undefined,
    lastError: shownError(row.last_error, { isPrivate }),
    lastErrorAt: toDate(row.last_error_ms),
    numFailures: row.num_failures,
    numUnfinished: row.num_unfinished,
    lastAttemptedAt: toDate(row.attempted_ms),
    lastSucceededAt: toDate(row.succeeded_ms),
    lastChangedAt: toDate(row.changed_ms),
    goneSince: toDate(row.gone_ms),
    hollowSince: toDate(row.hollow_ms),
    etag: row.etag ?? undefined,
    lastModified: row.last_modified ?? undefined,
    nextVisit: toNextVisit(row),
    host:
      row.host === null
        ? undefined
        : { name: row.host, pausedUntil: toDate(row.paused_ms), slowness: row.slowness ?? 1 },
    move:
      moveUrl === undefined ? undefined : { url: moveUrl, since: toDate(row.moved_ms), numSeen: row.num_moves_seen },
    quarantine: row.found === null ? undefined : toQuarantine(row.found, { isPrivate }),
    takenDown: row.is_taken_down ? { at: toDate(row.taken_down_ms), reason: row.taken_down_reason ?? "" } : undefined,
    mergedInto:
      row.winner_id === null || row.merged_ms === null
        ? undefined
        : { podcastId: Number(row.winner_id), title: row.winner_title ?? undefined, at: new Date(row.merged_ms) },
  };
}

function toQuarantine(found: FoundRow, privacy: { isPrivate: boolean }): Quarantine {
  return {
    foundUrl: shownUrl(found.url, privacy) ?? "",
    title: found.title,
    author: found.author ?? undefined,
    podcastGuid: found.guid ?? undefined,
    numItems: found.items,
    since: new Date(found.since),
    lastSeenAt: new Date(found.seen),
  };
}

type Shown = { podcastId: number; isPrivate: boolean };

async function listFeedUrls(db: Database, { podcastId, isPrivate }: Shown): Promise<FeedUrl[]> {
  const rows = await db.repeatable.execute<{
    feed_url: string;
    is_current: boolean;
    first_ms: number;
    last_ms: number;
  }>(
    sql`
      select feed_url, is_current, ${msOf(sql`first_retrieved_at`)} as first_ms, ${msOf(sql`last_retrieved_at`)} as last_ms
      from podcast_feed_location where podcast_id = ${podcastId}::bigint
      order by is_current desc, last_retrieved_at desc, id desc limit ${NUM_FEED_URLS}::int`,
  );
  return rows.map((row) => ({
    url: shownUrl(row.feed_url, { isPrivate }) ?? "",
    isCurrent: row.is_current,
    firstRetrievedAt: new Date(row.first_ms),
    lastRetrievedAt: new Date(row.last_ms),
  }));
}

async function listDecisions(db: Database, { podcastId, isPrivate }: Shown): Promise<Decided[]> {
  const rows = await db.repeatable.execute<{
    decision: Decided["decision"];
    title: string;
    feed_url: string;
    decided_ms: number;
    leads_to_id: string | null;
  }>(sql`
    select q.decision, q.title, q.feed_url, ${msOf(sql`q.decided_at`)} as decided_ms, l.podcast_id as leads_to_id
    from podcast_quarantine q
    left join podcast_feed_location l on l.feed_url = q.feed_url and l.podcast_id <> q.podcast_id
    where q.podcast_id = ${podcastId}::bigint and q.decision is not null
    order by q.decided_at desc, q.id desc limit ${NUM_OTHERS}::int`);
  return rows.map((row) => ({
    decision: row.decision,
    title: row.title,
    feedUrl: shownUrl(row.feed_url, { isPrivate }) ?? "",
    at: new Date(row.decided_ms),
    leadsToId: row.leads_to_id === null ? undefined : Number(row.leads_to_id),
  }));
}

/** By the index of merged podcasts, which holds those of a month. */
async function listMerged(db: Database, podcastId: number): Promise<CrawlReport["merged"]> {
  const rows = await db.repeatable.execute<{ id: string; title: string; merged_ms: number }>(sql`
    select p.id, p.title, ${msOf(sql`m.merged_at`)} as merged_ms
    from podcast p join podcast_merge m on m.loser_id = p.id and m.undone_at is null
    where p.merged_at is not null and m.winner_id = ${podcastId}::bigint
    order by m.merged_at desc, p.id desc limit ${NUM_OTHERS}::int`);
  return rows.map((row) => ({ podcastId: Number(row.id), title: row.title, at: new Date(row.merged_ms) }));
}

async function listSameGuid(db: Database, podcastId: number): Promise<CrawlReport["sameGuid"]> {
  const rows = await db.repeatable.execute<{ id: string; title: string }>(sql`
    select other.id, other.title from podcast p join podcast other on other.podcast_guid = p.podcast_guid
    where p.id = ${podcastId}::bigint and other.id <> p.id and not (p.is_private or other.is_private)
      and p.taken_down_at is null and p.merged_at is null and other.taken_down_at is null and other.merged_at is null
    order by other.id limit ${NUM_OTHERS}::int`);
  return rows.map((row) => ({ podcastId: Number(row.id), title: row.title }));
}
