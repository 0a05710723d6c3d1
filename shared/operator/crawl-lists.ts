import { type SQL, sql } from "drizzle-orm";
import { decodeNumberCursor, type Edge, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { type ListedCrawl, listCrawls } from "./listed-crawl.ts";

/** Podcasts about which an operator may want to know something. */
export const PODCAST_LISTS = [
  "other-show",
  "failing",
  "hollow",
  "same-guid",
  "moving",
  "unfinished",
  "merged",
  "taken-down",
] as const;
export type PodcastList = (typeof PODCAST_LISTS)[number];

type Source = { from: SQL; id: SQL; key?: SQL };

// GUIDs that several podcasts have. More than an operator resolves at once.
const NUM_SHARED_GUIDS = 10_000;
// Public podcasts that are neither merged nor taken down: only these can be merged.
const isMergeable = (table: SQL) =>
  sql`not ${table}.is_private and ${table}.taken_down_at is null and ${table}.merged_at is null`;

// Each reads an index that holds its podcasts alone; `same-guid` that of all GUIDs, so it is not counted.
const SOURCES: Readonly<Record<PodcastList, Source>> = {
  "other-show": { from: crawled(sql`podcast_quarantine f`, sql`f.decision is null`), id: sql`f.podcast_id` },
  // Those that have failed for longest come first.
  failing: {
    from: crawled(sql`podcast_crawl f`, sql`f.num_failures > 0`),
    id: sql`f.podcast_id`,
    key: sql`f.num_failures`,
  },
  hollow: { from: crawled(sql`podcast_crawl f`, sql`f.hollow_since is not null`), id: sql`f.podcast_id` },
  // An array, because Postgres would read all podcasts for a join.
  "same-guid": {
    from: sql`podcast f where f.podcast_guid = any(array(
        select podcast_guid from podcast where podcast_guid is not null
        group by podcast_guid having count(*) > 1 limit ${NUM_SHARED_GUIDS}::int))
      and ${isMergeable(sql`f`)} and exists (
        select from podcast o where o.podcast_guid = f.podcast_guid and o.id <> f.id and ${isMergeable(sql`o`)})`,
    id: sql`f.id`,
  },
  moving: { from: crawled(sql`podcast_crawl f`, sql`f.moved_to_url is not null`), id: sql`f.podcast_id` },
  unfinished: { from: crawled(sql`podcast_crawl f`, sql`f.num_unfinished > 0`), id: sql`f.podcast_id` },
  merged: { from: sql`podcast f where f.merged_at is not null`, id: sql`f.id` },
  "taken-down": { from: sql`podcast f where f.taken_down_at is not null`, id: sql`f.id` },
};

/**
 * Leaves out podcasts that are not crawled any more: what their last crawls have left waits for nobody. A subquery, because
 * Postgres would read all podcasts for a join.
 */
function crawled(table: SQL, condition: SQL): SQL {
  return sql`${table} where ${condition}
    and (select p.taken_down_at is null and p.merged_at is null from podcast p where p.id = f.podcast_id)`;
}

/** Lists podcasts, up to `first` + 1: one too many means there are more. @throws UserError 400 for an invalid cursor */
export async function listPodcastCrawls(
  db: Database,
  { list, first, after }: PageRequest & { list: PodcastList },
): Promise<Edge<ListedCrawl>[]> {
  const { from, id, key } = SOURCES[list];
  const start = after === undefined ? undefined : decodeNumberCursor(after);
  const isLater =
    start &&
    (key === undefined
      ? sql`and ${id} < ${start.id}::bigint`
      : sql`and (${key}, ${id}) < (${start.key}::bigint, ${start.id}::bigint)`);
  return listCrawls(
    db,
    sql`
      select ${id} as id, ${key ?? sql`0`} as key from ${from} ${isLater}
      order by ${key === undefined ? id : sql`${key} desc, ${id}`} desc limit ${first + 1}::int`,
  );
}

/** Returns a query that counts a list's podcasts up to `max`. */
export function countOf(list: PodcastList, { max }: { max: number }): SQL {
  return sql`select count(*)::int from (select from ${SOURCES[list].from} limit ${max}::int) counted`;
}
