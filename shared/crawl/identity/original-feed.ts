import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";

// The namespace of podcast GUIDs: https://podcasting2.org/docs/podcast-namespace/tags/guid
const NAMESPACE = Buffer.from("ead4c236bf5858c6a2c6a6b28d128cb6", "hex");

/**
 * Makes the podcast:guid that a feed gets by its first URL: a UUID of version 5 (RFC 9562 5.5) of the URL without its
 * scheme and the slashes at its end. A mirror can copy a GUID, but has another URL than the one that makes it.
 */
export function guidOfFeedUrl(feedUrl: string): string {
  const name = feedUrl.replace(/^https?:\/\//, "").replace(/(?<!\/)\/+$/, "");
  const digest = createHash("sha1").update(NAMESPACE).update(name).digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return digest.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** True if one of a podcast's URLs makes this podcast:guid. */
export async function isOriginal(
  db: Database,
  { podcastId, podcastGuid }: { podcastId: number; podcastGuid: string | undefined },
): Promise<boolean> {
  const rows = await db.repeatable.execute<{ feed_url: string }>(sql`
    select feed_url from podcast_feed_location where podcast_id = ${podcastId}::bigint`);
  return rows.some((row) => guidOfFeedUrl(row.feed_url) === podcastGuid);
}
