import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { type Claim, LEASE_SECONDS } from "./claim-due-podcasts.ts";

/**
 * Extends the leases that are still held under the tokens they were claimed with. A crawl that has ended or was
 * released has the same token but no lease, and gets none. Skips a podcast that is being stored: its row is locked, so
 * no crawler can claim it before the crawl has ended.
 */
export async function renewLeases(db: Database, claims: readonly Claim[]): Promise<void> {
  const held = JSON.stringify(claims.map(({ podcastId, leaseToken }) => ({ podcastId, leaseToken })));
  await db.repeatable.execute(sql`
    update podcast_crawl c
    set lease_expires_at = podcore_now() + ${LEASE_SECONDS}::int * interval '1 second'
    where c.podcast_id in (
      select locked.podcast_id
      from podcast_crawl locked
      join jsonb_to_recordset(${held}::jsonb) as held("podcastId" bigint, "leaseToken" bigint)
        on locked.podcast_id = held."podcastId" and locked.lease_token = held."leaseToken"
      where locked.lease_expires_at is not null
      for update of locked skip locked)`);
}
