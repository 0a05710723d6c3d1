import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";

export type UpgradeResult = { numUpgraded: number };

// Keeps each batch's row locks to a few milliseconds.
const BATCH_SIZE = 1_000;

/**
 * Moves feeds from http to https if their host is known to serve https, until none are left or `budgetMs` is used up;
 * the next call continues. The podcast stays known by its http URL too.
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

// The host and port of `http://user:password@host:port/path`.
const hostOf = (feedUrl: string) => sql.raw(`substring(${feedUrl} from '^https?://(?:[^/?#]*@)?([^/?#]*)')`);

/**
 * Makes the https URL the current location of up to `limit` podcasts that are fetched over http. The same host and port
 * must serve another podcast's feed over https, or be under libsyn.com. Skips podcasts that are being crawled, whose
 * https URL belongs to another podcast, or whose https URL would exceed 2,000 characters. Clears the validators, which
 * belong to the old URL (RFC 9110 8.8).
 *
 * @returns how many it upgraded
 */
export async function upgradeFeedLocations(db: Database, { limit }: { limit: number }): Promise<number> {
  // Each step reads the one before and so runs after it: the old location loses is_current before the new one gets it.
  // If another podcast takes an https URL in the meantime, the whole statement fails.
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
          select 1 from podcast_feed_location secure
          where secure.feed_url = 'https' || substr(l.feed_url, 5) and secure.podcast_id <> l.podcast_id)
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
