import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { JobClaim } from "./claim-due-jobs.ts";

export type JobFailure = {
  error: string;
  /** Of all attempts, this one included. */
  numErrors: number;
  /** Until the next attempt; undefined: there is none, and the job is parked. */
  delayMs: number | undefined;
};

/**
 * Ends a claim with a success: the job is gone. @returns false where the lease was lost, and another is at the job; a job
 * that is gone already is done, so that this can be repeated
 */
export async function recordJobDone(db: Database, { jobId, leaseToken }: JobClaim): Promise<boolean> {
  const rows = await db.repeatable.execute(sql`
    with done as (delete from job where id = ${jobId}::bigint and lease_token = ${leaseToken}::bigint)
    select 1 from job where id = ${jobId}::bigint and lease_token <> ${leaseToken}::bigint`);
  return rows.length === 0;
}

/** Ends a claim with a failure. @returns false where the lease was lost, and nothing is recorded */
export async function recordJobFailure(
  db: Database,
  { jobId, leaseToken }: JobClaim,
  { error, numErrors, delayMs }: JobFailure,
): Promise<boolean> {
  const rows = await db.repeatable.execute(sql`
    update job set
      lease_expires_at = null, num_errors = ${numErrors}::int,
      last_error = left(${error}::text, 2000), last_error_at = podcore_now(),
      due_at = coalesce(podcore_now() + ${delayMs ?? null}::bigint * interval '1 millisecond', due_at),
      parked_at = case when ${delayMs ?? null}::bigint is null then podcore_now() end
    where id = ${jobId}::bigint and lease_token = ${leaseToken}::bigint
    returning 1`);
  return rows.length > 0;
}

/** Gives a claim back unfinished, as no failure of the job's: it stays due, and anybody may take it up at once. */
export async function releaseJob(db: Database, { jobId, leaseToken }: JobClaim): Promise<void> {
  await db.repeatable.execute(sql`
    update job set lease_expires_at = null where id = ${jobId}::bigint and lease_token = ${leaseToken}::bigint`);
}
