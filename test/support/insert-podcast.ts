import { sql } from "drizzle-orm";
import type { Database } from "../../shared/db/pool.ts";
import type { ChannelNamespace } from "../../shared/feed/model.ts";

const EMPTY: ChannelNamespace = {
  funding: [],
  persons: [],
  values: [],
  trailers: [],
  liveItems: [],
  podroll: [],
  txts: [],
};

/** Inserts podcasts at feed URLs, due now and never crawled, and returns their ids in the same order. */
export async function insertDuePodcasts(db: Database, feedUrls: readonly string[]): Promise<number[]> {
  const rows = await db.once.execute<{ podcast_id: string }>(sql`
    with feed as (
      select url, position from jsonb_array_elements_text(${JSON.stringify(feedUrls)}::jsonb) with ordinality as f(url, position)
    ), inserted as (
      insert into podcast (title, namespace, feed_kind) select url, ${JSON.stringify(EMPTY)}::jsonb, 'rss' from feed order by position returning id, title
    ), location as (
      insert into podcast_feed_location (podcast_id, feed_url, is_current) select id, title, true from inserted
    )
    insert into podcast_crawl (podcast_id, due_at) select id, podcore_now() from inserted order by id returning podcast_id`);
  return rows.map((row) => Number(row.podcast_id));
}
