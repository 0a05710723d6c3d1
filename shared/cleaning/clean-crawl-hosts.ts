import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** Deletes up to `limit` hosts without podcasts that can become due. @returns how many it deleted */
export async function cleanCrawlHosts(db: Database, { limit }: { limit: number }): Promise<number> {
  // The trigger of podcast_crawl adds a host again when it gets such a podcast.
  const rows = await db.repeatable.execute(sql`
    with unused as (
      select host from crawl_host
      where ready_at = 'infinity' and greatest(next_slot_at, paused_until) <= podcore_now()
      limit ${limit}::int
      for update skip locked
    )
    delete from crawl_host where host in (select host from unused) returning 1`);
  return rows.length;
}
