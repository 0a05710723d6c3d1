import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import type { Database } from "../../db/pool.ts";
import { hostKeyOf } from "../../fetch/feed-hosts.ts";

// Keeps each batch's row locks to some milliseconds.
const BATCH_SIZE = 1_000;
// "host" in ASCII, beside the migrator's lock.
const LOCK_KEY = 0x686f7374;

/**
 * Fills the hosts of podcasts that have none until `mayGoOn` says stop: those stored before hosts were counted, or by
 * older code since. Without such podcasts it costs one look into an empty index.
 */
export async function run(ctx: Context, { mayGoOn }: { mayGoOn(): boolean }): Promise<void> {
  let num = BATCH_SIZE;
  while (num === BATCH_SIZE && mayGoOn()) num = await assignHosts(ctx.db);
}

async function assignHosts(db: Database): Promise<number> {
  return db.repeatable.transaction(async (tx) => {
    const rows = await tx.repeatable.execute<{ podcast_id: string; feed_url: string }>(sql`
      select c.podcast_id, l.feed_url from podcast_crawl c
      join podcast_feed_location l on l.podcast_id = c.podcast_id and l.is_current
      where c.host is null
      order by c.podcast_id
      limit ${BATCH_SIZE}::int
      for update of c skip locked`);
    if (rows.length === 0) return 0;
    // One at a time: the triggers lock many hosts, and two batches could wait for each other's.
    await tx.repeatable.execute(sql`select pg_advisory_xact_lock(${LOCK_KEY}::int)`);
    const hosts = rows.map(({ podcast_id, feed_url }) => ({ id: podcast_id, host: hostKeyOf(feed_url) }));
    await tx.repeatable.execute(sql`
      update podcast_crawl c set host = given.host
      from jsonb_to_recordset(${JSON.stringify(hosts)}::jsonb) as given(id bigint, host text)
      where c.podcast_id = given.id`);
    return rows.length;
  });
}
