import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** A job under a lease, as it was stored. */
export type JobClaim = {
  jobId: number;
  leaseToken: number;
  name: string;
  args: unknown;
  /** Number of failed attempts so far, including those whose worker died. */
  numErrors: number;
  /** Whether the previous worker's lease expired, because the worker died. */
  wasHeld: boolean;
  createdAt: Date;
  /** Time since its creation, by the database's clock. */
  ageMs: number;
};
type Row = {
  id: string;
  lease_token: string;
  name: string;
  args: unknown;
  num_errors: number;
  was_held: boolean;
  created_at_ms: number;
  age_ms: number;
};

// Long enough for three renewals, short enough that a killed pod's jobs are soon claimed again.
export const JOB_LEASE_SECONDS = 30;
/** Last error of a job whose lease expired: its worker was killed, perhaps by the job. */
export const WORKER_ENDED = "Worker ended before the job did";

/**
 * Claims up to `limit` due jobs that no worker holds, longest due first. SKIP LOCKED lets any number of workers claim
 * concurrently without waiting for each other. An expired lease counts as an error, so that a job that kills its workers is
 * eventually parked.
 */
export async function claimDueJobs(db: Database, { limit }: { limit: number }): Promise<JobClaim[]> {
  const rows = await db.once.execute<Row>(sql`
    with due as (
      select id, lease_expires_at is not null as was_held from job
      where due_at <= podcore_now() and parked_at is null
        and (lease_expires_at is null or lease_expires_at <= podcore_now())
      order by due_at, id
      limit ${limit}::int
      for update skip locked
    )
    update job j set
      lease_token = j.lease_token + 1, lease_expires_at = podcore_now() + ${JOB_LEASE_SECONDS}::int * interval '1 second',
      num_errors = j.num_errors + due.was_held::int,
      last_error = case when due.was_held then ${WORKER_ENDED}::text else j.last_error end,
      last_error_at = case when due.was_held then podcore_now() else j.last_error_at end
    from due where j.id = due.id
    returning j.id, j.lease_token, j.name, j.args, j.num_errors, due.was_held,
      (extract(epoch from j.created_at) * 1000)::float8 as created_at_ms,
      (extract(epoch from podcore_now() - j.created_at) * 1000)::float8 as age_ms`);
  return rows.map((row) => ({
    jobId: Number(row.id),
    leaseToken: Number(row.lease_token),
    name: row.name,
    args: row.args,
    numErrors: row.num_errors,
    wasHeld: row.was_held,
    createdAt: new Date(row.created_at_ms),
    ageMs: row.age_ms,
  }));
}
