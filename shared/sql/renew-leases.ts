import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { type Claim, LEASE_SECONDS } from "./claim-due-podcasts.ts";

/** Extends the leases that are still held under the tokens they were claimed with. */
export async function renewLeases(db: Database, claims: readonly Claim[]): Promise<void> {
  const held = JSON.stringify(claims.map(({ podcastId, leaseToken }) => ({ podcastId, leaseToken })));
  await db.execute(sql`
    update podcast_crawl c
    set lease_expires_at = podcore_now() + ${LEASE_SECONDS}::int * interval '1 second'
    from jsonb_to_recordset(${held}::jsonb) as held("podcastId" bigint, "leaseToken" bigint)
    where c.podcast_id = held."podcastId" and c.lease_token = held."leaseToken"`);
}
