import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { Claim } from "./claim-due-podcasts.ts";

/** Gives a claim back without an end: when the podcast is due stays as it was, and the claim does not count as unfinished. */
export async function releaseLease(db: Database, { podcastId, leaseToken }: Claim): Promise<void> {
  await db.repeatable.execute(sql`
    update podcast_crawl set lease_expires_at = null
    where podcast_id = ${podcastId}::bigint and lease_token = ${leaseToken}::bigint`);
}
