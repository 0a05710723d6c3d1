import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { untilAborted, withDeadline } from "../deadline.ts";
import { UserError } from "../errors.ts";
import { toCountFields } from "../log/counts.ts";
import { withContext } from "../log/log.ts";
import { redactText } from "../log/redact.ts";
import * as backlogWorker from "./backlog-worker.ts";
import { claimDueJobs, JOB_LEASE_SECONDS, type JobClaim, WORKER_ENDED } from "./claim-due-jobs.ts";
import { isDatabaseFault, releaseClaim } from "./database-fault.ts";
import type { JobDefinition, JobDefinitions } from "./job.ts";

/** `numAbandoned`: jobs whose lease was lost or whose run was stopped. They are run again later. */
export type WorkResult = { numDone: number; numFailed: number; numParked: number; numAbandoned: number };

// Jobs mostly wait for remote hosts. More than a pod's connections, because jobs need one only briefly.
const CONCURRENCY = 10;
// As in the original podcore. The tenth failure comes at least four and a quarter hours after the first.
const MAX_NUM_ERRORS = 10;

/**
 * Runs due jobs concurrently until `budgetMs` is used up, then finishes those in progress. A job is retried n^4 + 3 seconds
 * after its nth failure, and parked after ten failures. Its definition may limit the time of retries instead. A failed job
 * does not affect others.
 *
 * @throws Error in a database outage: nothing more is claimed, and no job's failures increase
 */
export async function run(
  ctx: Context,
  { budgetMs, jobs }: { budgetMs: number; jobs: JobDefinitions },
): Promise<WorkResult> {
  const result: WorkResult = { numDone: 0, numFailed: 0, numParked: 0, numAbandoned: 0 };
  try {
    await backlogWorker.run(ctx, {
      budgetMs,
      concurrency: CONCURRENCY,
      leaseSeconds: JOB_LEASE_SECONDS,
      claim: (limit) => claimDueJobs(ctx.db, { limit }),
      release: (claim) => releaseJob(ctx.detachedDb, claim),
      renew: (held) => renewJobLeases(ctx.db, held),
      work: (claim) => workAndCount(ctx, { claim, jobs, result }),
    });
  } finally {
    ctx.log.info("Work finished", toCountFields(result));
  }
  return result;
}

type Work = { claim: JobClaim; jobs: JobDefinitions };
async function workAndCount(ctx: Context, { claim, jobs, result }: Work & { result: WorkResult }): Promise<void> {
  await withContext({ job_id: claim.jobId, job: claim.name }, async () => {
    try {
      result[await work(ctx, { claim, jobs })] += 1;
    } catch (cause) {
      result.numAbandoned += 1;
      if (isDatabaseFault(cause)) {
        await releaseClaim(ctx, () => releaseJob(ctx.detachedDb, claim));
        throw cause;
      }
      // The outcome could not be recorded, so the job is due again when its lease expires.
      ctx.log.error("Cannot record the job's outcome", { cause });
    }
  });
}

async function work(ctx: Context, { claim, jobs }: Work): Promise<keyof WorkResult> {
  const { numErrors, wasHeld } = claim;
  // hasOwn, because `constructor` and other inherited names are not jobs.
  const definition = Object.hasOwn(jobs, claim.name) ? jobs[claim.name] : undefined;
  // The job may have killed its previous worker and have no attempts left, so it is not run again.
  if (wasHeld && numErrors >= MAX_NUM_ERRORS)
    return recordFailure(ctx, { claim, definition, error: WORKER_ENDED, numErrors });
  try {
    await attempt(ctx, { claim, definition });
  } catch (error) {
    if (isDatabaseFault(error)) throw error;
    if (ctx.signal.aborted) {
      await releaseClaim(ctx, () => releaseJob(ctx.detachedDb, claim));
      return "numAbandoned";
    }
    return recordFailure(ctx, { claim, definition, error: describe(ctx, error), numErrors: numErrors + 1 });
  }
  return (await recordJobDone(ctx.db, claim)) ? "numDone" : leaseLost(ctx, claim);
}

/** Runs a job within its deadline, even if the job ignores its signal. */
async function attempt(
  ctx: Context,
  { claim, definition }: { claim: JobClaim; definition: JobDefinition | undefined },
): Promise<void> {
  if (definition === undefined) throw new UserError(404, `Unknown job: ${claim.name}`);
  const args = definition.parse(claim.args);
  const { timeoutMs } = definition;
  const late = () => new UserError(504, `Cannot finish the job within ${timeoutMs} ms`);
  const attempted = withDeadline({ timeoutMs, late, signal: ctx.signal }, async (signal) =>
    definition.run(ctx.with({ signal, job: claim }), args),
  );
  await untilAborted(ctx.signal, attempted);
}

/** Logs an error and returns what to store of it: a UserError's message, or else only that there was an error. */
function describe(ctx: Context, error: unknown): string {
  if (error instanceof UserError) {
    ctx.log.info("Job failed", { reason: error.message });
    return redactText(error.message);
  }
  ctx.log.error("Cannot run the job", { cause: error });
  return "Internal error";
}

type Failure = { claim: JobClaim; definition: JobDefinition | undefined; error: string; numErrors: number };
async function recordFailure(ctx: Context, failure: Failure): Promise<keyof WorkResult> {
  const { claim, error, numErrors } = failure;
  const delayMs = delayAfterFailure(failure);
  const isParked = delayMs === undefined;
  const isRecorded = await recordJobFailure(ctx.db, claim, { error, numErrors, delayMs });
  if (!isRecorded) return leaseLost(ctx, claim);
  if (isParked) ctx.log.error("Job parked", { num_errors: numErrors, reason: error });
  return isParked ? "numParked" : "numFailed";
}

/** Returns the delay before the next attempt; undefined if there is none. */
function delayAfterFailure({ claim, definition, numErrors }: Failure): number | undefined {
  const delayMs = (numErrors ** 4 + 3) * 1_000;
  const { retry } = definition ?? {};
  if (retry === undefined) return numErrors >= MAX_NUM_ERRORS ? undefined : delayMs;
  return claim.ageMs >= retry.forMs ? undefined : Math.min(delayMs, retry.maxDelayMs);
}

function leaseLost(ctx: Context, { leaseToken }: JobClaim): keyof WorkResult {
  ctx.log.warn("Lease lost", { lease_token: leaseToken });
  return "numAbandoned";
}

export type JobFailure = {
  error: string;
  /** Number of failed attempts, including this one. */
  numErrors: number;
  /** Delay until the next attempt; undefined if there is none and the job is parked. */
  delayMs: number | undefined;
};

/**
 * Ends a claim with success by deleting the job.
 *
 * @returns false if the lease was lost and another worker holds the job. A deleted job counts as done, so that this
 *   statement is repeatable
 */
export async function recordJobDone(db: Database, { jobId, leaseToken }: JobClaim): Promise<boolean> {
  const rows = await db.repeatable.execute(sql`
    with done as (delete from job where id = ${jobId}::bigint and lease_token = ${leaseToken}::bigint)
    select 1 from job where id = ${jobId}::bigint and lease_token <> ${leaseToken}::bigint`);
  return rows.length === 0;
}

/** Ends a claim with a failure. @returns false if the lease was lost and nothing was recorded */
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

/** Releases a claim without counting a failure. The job stays due, and any worker can claim it immediately. */
export async function releaseJob(db: Database, { jobId, leaseToken }: JobClaim): Promise<void> {
  await db.repeatable.execute(sql`
    update job set lease_expires_at = null where id = ${jobId}::bigint and lease_token = ${leaseToken}::bigint`);
}

/** Extends leases that are still held with the tokens of their claims. Skips jobs that have ended. */
export async function renewJobLeases(db: Database, claims: readonly JobClaim[]): Promise<void> {
  const held = JSON.stringify(claims.map(({ jobId, leaseToken }) => ({ jobId, leaseToken })));
  await db.repeatable.execute(sql`
    update job j set lease_expires_at = podcore_now() + ${JOB_LEASE_SECONDS}::int * interval '1 second'
    from jsonb_to_recordset(${held}::jsonb) as held("jobId" bigint, "leaseToken" bigint)
    where j.id = held."jobId" and j.lease_token = held."leaseToken" and j.lease_expires_at is not null`);
}
