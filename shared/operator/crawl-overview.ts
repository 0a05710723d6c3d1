import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { type Page, toPage } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { badParameter } from "../errors.ts";
import { listParkedJobs, type ParkedJob } from "../jobs/parked-jobs.ts";
import { countOf, listPodcastCrawls, PODCAST_LISTS, type PodcastList } from "./crawl-lists.ts";
import type { ListedCrawl } from "./listed-crawl.ts";
import { searchCrawls } from "./search-crawls.ts";
import { listSlowHosts, type SlowHost } from "./slow-hosts.ts";

export const LISTS = [...PODCAST_LISTS, "hosts", "jobs"] as const;
export type ListName = (typeof LISTS)[number];

/** What an operator asks for: the matches of a query, one list, or only the counts. */
export type Asked = { query?: string | undefined; list?: ListName | undefined; after?: string | undefined };
type Counts = Partial<Record<ListName, number>>;
export type CrawlOverview = Asked & {
  /** How many each list holds, up to `NUM_COUNTED_MAX`. Equal GUIDs are only listed: to find them takes longest. */
  counts: Counts;
  podcasts?: Page<ListedCrawl>;
  hosts?: Page<SlowHost>;
  jobs?: Page<ParkedJob>;
};

// Enough to see how bad it is. Counting to the end could take seconds after a large host has failed.
export const NUM_COUNTED_MAX = 1_000;
// Several screens.
const PAGE_SIZE = 50;
// A feed's URL may have as many.
const QUERY_MAX = 2_000;

/** Reads what an operator asks for from untrusted text. @throws UserError 400 */
export function toAsked({ query, list, after }: { [K in keyof Asked]: string | undefined }): Asked {
  // Postgres refuses NUL.
  const text = query?.replaceAll("\0", "").trim();
  if (text !== undefined && text.length > QUERY_MAX)
    throw badParameter("query", `over ${QUERY_MAX} characters: "${text.slice(0, 100)}"`);
  const known = LISTS.find((name) => name === list);
  if (list && known === undefined) throw badParameter("list", `none of ${LISTS.join(", ")}: "${list.slice(0, 100)}"`);
  return { query: text || undefined, list: known, after: after || undefined };
}

/** Tells an operator what is wrong with the crawl, and with jobs. A query wins over a list. */
export async function run({ db }: Context, asked: Asked): Promise<CrawlOverview> {
  const [counts, found] = await Promise.all([countLists(db), find(db, asked)]);
  return { ...asked, counts, ...found };
}

async function find(db: Database, { query, list, after }: Asked): Promise<Partial<CrawlOverview>> {
  const page = { first: PAGE_SIZE, after };
  if (query !== undefined) return { podcasts: toPage(await searchCrawls(db, { ...page, query }), PAGE_SIZE) };
  switch (list) {
    case undefined:
      return {};
    case "hosts":
      return { hosts: toPage(await listSlowHosts(db, page), PAGE_SIZE) };
    case "jobs":
      return { jobs: toPage(await listParkedJobs(db, page), PAGE_SIZE) };
    default:
      return { podcasts: toPage(await listPodcastCrawls(db, { ...page, list }), PAGE_SIZE) };
  }
}

async function countLists(db: Database): Promise<Counts> {
  const max = sql`${NUM_COUNTED_MAX}::int`;
  const counts = [
    ...PODCAST_LISTS.filter((list) => list !== "same-guid").map((list: PodcastList) => ({
      list,
      count: countOf(list, { max: NUM_COUNTED_MAX }),
    })),
    {
      list: "hosts",
      count: sql`select count(*)::int from (select from crawl_host where slowness > 1 limit ${max}) counted`,
    },
    {
      list: "jobs",
      count: sql`select count(*)::int from (select from job where parked_at is not null limit ${max}) counted`,
    },
  ];
  const columns = counts.map(({ list, count }) => sql`(${count}) as ${sql.identifier(list)}`);
  const [row] = await db.repeatable.execute<Counts>(sql`select ${sql.join(columns, sql`, `)}`);
  if (row === undefined) throw new Error("Cannot count: no row");
  return row;
}
