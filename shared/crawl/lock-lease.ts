import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { Claim } from "./claim-due-podcasts.ts";

type Held = {
  podcastId: number;
  /** Of the claim that acts; undefined without one. */
  leaseToken: number | undefined;
};

/**
 * Locks a podcast's crawl for the rest of the transaction. @returns false if the podcast was taken down, merged or removed,
 * or the claim has lost its lease
 */
export async function lockCrawl(db: Database, { podcastId, leaseToken }: Held): Promise<boolean> {
  const locked = await db.repeatable.execute(sql`
    select from podcast_crawl
    where podcast_id = ${podcastId}::bigint and lease_token = coalesce(${leaseToken ?? null}::bigint, lease_token)
    for update`);
  if (locked.length === 0) return false;
  // A statement of its own, which sees what was stored while the first one waited.
  const rows = await db.repeatable.execute(sql`
    select from podcast where id = ${podcastId}::bigint and taken_down_at is null and merged_at is null`);
  return rows.length > 0;
}

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
