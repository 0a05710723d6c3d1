import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";

export type UpgradeResult = { numUpgraded: number };

// Some milliseconds of locks on rows that nobody is at.
const BATCH_SIZE = 1_000;

/**
 * Moves feeds from http to https where their host is known to serve it, until none is left or `budgetMs` is used up.
 * What is left is the next call's; the http URL stays known as the podcast's.
 */
export async function run(ctx: Context, { budgetMs }: { budgetMs: number }): Promise<UpgradeResult> {
  const mayGoOn = ctx.until(budgetMs);
  let numUpgraded = 0;
  while (mayGoOn()) {
    const num = await upgradeFeedLocations(ctx.db, { limit: BATCH_SIZE });
    if (num === 0) break;
    numUpgraded += num;
  }
  ctx.log.info("Feed locations upgraded", { num_upgraded: numUpgraded });
  return { numUpgraded };
}

// Of `http://user:password@host:port/path` the host and port.
const hostOf = (feedUrl: string) => sql.raw(`substring(${feedUrl} from '^https?://(?:[^/?#]*@)?([^/?#]*)')`);

/**
 * Makes the https twin the current location of up to `limit` podcasts that are asked over http, though their very host
 * (and port) serves another podcast's feed over https, or is one of libsyn.com's. A podcast that a crawler is at is left
 * alone, as is one whose twin belongs to another podcast or would be longer than a feed URL may be. Validators are
 * forgotten, which are the old URL's (RFC 9110 8.8).
 *
 * @returns how many it upgraded
 */
export async function upgradeFeedLocations(db: Database, { limit }: { limit: number }): Promise<number> {
  // Each step reads the one before it, and so runs after it: the old location is current no more when the new one is
  // to be. A twin that another podcast takes meanwhile fails the whole statement.
  const rows = await db.repeatable.execute(sql`
    with https_host as (
      select distinct ${hostOf("feed_url")} as host from podcast_feed_location
      where is_current and feed_url like 'https://%'
    ), chosen as (
      select l.id, 'https' || substr(l.feed_url, 5) as https_url
      from podcast_feed_location l join podcast_crawl c on c.podcast_id = l.podcast_id
      where l.is_current and l.feed_url like 'http://%' and char_length(l.feed_url) < 2000
        and (${hostOf("l.feed_url")} like '%.libsyn.com' or ${hostOf("l.feed_url")} in (select host from https_host))
        and not exists (
          select 1 from podcast_feed_location twin
          where twin.feed_url = 'https' || substr(l.feed_url, 5) and twin.podcast_id <> l.podcast_id)
        and (c.lease_expires_at is null or c.lease_expires_at <= podcore_now())
      order by l.id
      limit ${limit}::int
      for update of c, l skip locked
    ), demoted as (
      update podcast_feed_location l set is_current = false
      from chosen where l.id = chosen.id
      returning l.podcast_id, chosen.https_url
    ), forgotten as (
      update podcast_crawl c set etag = null, last_modified = null
      from demoted where c.podcast_id = demoted.podcast_id
    ), promoted as (
      update podcast_feed_location l set is_current = true
      from demoted where l.feed_url = demoted.https_url
      returning l.podcast_id
    ), added as (
      insert into podcast_feed_location (podcast_id, feed_url, is_current)
      select podcast_id, https_url, true from demoted where podcast_id not in (select podcast_id from promoted)
    )
    select 1 from demoted`);
  return rows.length;
}
