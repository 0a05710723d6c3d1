import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { JOB_LEASE_SECONDS, type JobClaim } from "./claim-due-jobs.ts";

/** Extends the leases that are still held under the tokens they were claimed with. A job that has ended gets none. */
export async function renewJobLeases(db: Database, claims: readonly JobClaim[]): Promise<void> {
  const held = JSON.stringify(claims.map(({ jobId, leaseToken }) => ({ jobId, leaseToken })));
  await db.repeatable.execute(sql`
    update job j set lease_expires_at = podcore_now() + ${JOB_LEASE_SECONDS}::int * interval '1 second'
    from jsonb_to_recordset(${held}::jsonb) as held("jobId" bigint, "leaseToken" bigint)
    where j.id = held."jobId" and j.lease_token = held."leaseToken" and j.lease_expires_at is not null`);
}
