import { type SQL, sql } from "drizzle-orm";
import { decodeNumberCursor, type Edge, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { hostKeyOf } from "../fetch/feed-hosts.ts";
import { normalizeFeedUrl } from "../fetch/feed-url.ts";
import { sameFeedUrls } from "../fetch/same-feed-urls.ts";
import { titlePattern, whileSearching } from "../search/while-searching.ts";
import { type ListedCrawl, listCrawls } from "./listed-crawl.ts";

const URL_START = /^[a-z]+:\/\//i;
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;
const ID = /^\d{1,15}$/;

/**
 * Finds podcasts for the operator, whoever may see them: by any of their feed URLs, by their feed's host, by id, or by a
 * part of their title. Newest first, up to `first` + 1.
 *
 * @throws UserError 400 for an invalid URL or cursor
 */
export async function searchCrawls(
  db: Database,
  { query, first, after }: PageRequest & { query: string },
): Promise<Edge<ListedCrawl>[]> {
  const start = after === undefined ? undefined : decodeNumberCursor(after);
  const isLater = start && sql`where id < ${start.id}::bigint`;
  // Materialized, or Postgres would read podcasts by id until enough of them match.
  const listed = sql`
    with found as materialized (${idsOf(query)})
    select distinct id, 0 as key from found ${isLater} order by id desc limit ${first + 1}::int`;
  return whileSearching(db, (tx) => listCrawls(tx, listed));
}

/** Returns a query of the ids that a text may mean. */
function idsOf(query: string): SQL {
  if (URL_START.test(query)) {
    const urls = JSON.stringify(sameFeedUrls(normalizeFeedUrl(query)));
    return sql`
      select podcast_id as id from podcast_feed_location
      where feed_url = any(array(select jsonb_array_elements_text(${urls}::jsonb)))`;
  }
  const queries = [
    sql`select id from podcast where lower(title) like lower(${titlePattern(query)}::text)`,
    ...(HOST.test(query)
      ? [sql`select podcast_id from podcast_crawl where host = ${hostKeyOf(`https://${query}`)}::text`]
      : []),
    ...(ID.test(query) ? [sql`select id from podcast where id = ${query}::bigint`] : []),
  ];
  return sql.join(queries, sql` union all `);
}
