import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { Claim } from "./claim-due-podcasts.ts";

/**
 * Another crawler has claimed the podcast in the meantime: this crawl's result is out of date and must not be stored.
 */
export class LeaseLostError extends Error {
  constructor({ podcastId, leaseToken }: Claim) {
    super(`Cannot store podcast "${podcastId}": its lease "${leaseToken}" was lost`);
    this.name = "LeaseLostError";
  }
}

/** Locks a claim's row for the rest of the transaction. @throws LeaseLostError if the fencing token has changed */
export async function lockLease(db: Database, claim: Claim): Promise<void> {
  const rows = await db.repeatable.execute(sql`
    select 1 from podcast_crawl
    where podcast_id = ${claim.podcastId}::bigint and lease_token = ${claim.leaseToken}::bigint
    for update`);
  if (rows.length === 0) throw new LeaseLostError(claim);
}
