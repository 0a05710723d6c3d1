import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { FeedContent } from "./store-feed-content.ts";

type Row = { body: Buffer; content_type: string | null; base_url: string };

/** Finds the raw feed that a podcast had last, as it came. */
export async function findNewestFeedContent(db: Database, podcastId: number): Promise<FeedContent | undefined> {
  const [row] = await db.repeatable.execute<Row>(sql`
    select body, content_type, base_url from podcast_feed_content
    where podcast_id = ${podcastId}::bigint
    order by retrieved_at desc, id desc
    limit 1`);
  if (row === undefined) return undefined;
  return {
    body: await promisify(gunzip)(row.body),
    contentType: row.content_type ?? undefined,
    baseUrl: row.base_url,
  };
}
