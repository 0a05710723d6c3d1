import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

export type FeedContent = { body: Buffer; contentType: string | undefined; baseUrl: string };

/**
 * Raw feeds kept per podcast, as many as in the original podcore: enough to see how a feed changed, and to parse it
 * again with better code.
 */
const NUM_KEPT = 5;

export function digestOf(body: Buffer): Buffer {
  return createHash("sha256").update(body).digest();
}

export async function compress(body: Buffer): Promise<Buffer> {
  return promisify(gzip)(body);
}

/** True if the podcast's newest stored feed has these bytes. */
export async function isNewestContent(
  db: Database,
  { podcastId, sha256 }: { podcastId: number; sha256: Buffer },
): Promise<boolean> {
  const [row] = await db.repeatable.execute<{ sha256: Buffer }>(sql`
    select sha256 from podcast_feed_content where podcast_id = ${podcastId}::bigint order by retrieved_at desc, id desc limit 1`);
  return row !== undefined && sha256.equals(row.sha256);
}

type Stored = { podcastId: number; content: FeedContent; sha256: Buffer; compressed: Buffer };

/**
 * Stores a raw feed, and deletes all but the podcast's newest five. Sends the compressed feed as base64: the driver would
 * send it in hexadecimal, which for 12 MB blocks the event loop for 70 ms longer.
 */
export async function storeFeedContent(
  db: Database,
  { podcastId, content, sha256, compressed }: Stored,
): Promise<void> {
  const { body, contentType, baseUrl } = content;
  await db.repeatable.execute(sql`
    insert into podcast_feed_content (podcast_id, sha256, body, num_bytes, content_type, base_url)
    values (${podcastId}::bigint, ${sha256}::bytea, decode(${compressed.toString("base64")}::text, 'base64'),
      ${body.length}::int, left(${contentType ?? null}::text, 200), left(${baseUrl}::text, 8192))
    on conflict on constraint podcast_feed_content_podcast_id_sha256_unique do update set
      retrieved_at = podcore_now(), content_type = excluded.content_type, base_url = excluded.base_url`);
  await db.repeatable.execute(sql`
    delete from podcast_feed_content where podcast_id = ${podcastId}::bigint and id not in (
      select id from podcast_feed_content where podcast_id = ${podcastId}::bigint
      order by retrieved_at desc, id desc limit ${NUM_KEPT}::int)`);
}
