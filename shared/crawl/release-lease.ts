import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { Claim } from "./claim-due-podcasts.ts";

/** Releases a claim without a result. The due time stays, and the claim does not count as unfinished. */
export async function releaseLease(db: Database, { podcastId, leaseToken }: Claim): Promise<void> {
  await db.repeatable.execute(sql`
    update podcast_crawl set lease_expires_at = null
    where podcast_id = ${podcastId}::bigint and lease_token = ${leaseToken}::bigint`);
}
