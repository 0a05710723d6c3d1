import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { untilAborted } from "../fetch/deadline.ts";
import type { JobDefinition, JobDefinitions } from "../jobs/job.ts";
import { toCountFields } from "../log/counts.ts";
import { withContext } from "../log/log.ts";
import { redactText } from "../log/redact.ts";
import { claimDueJobs, JOB_LEASE_SECONDS, type JobClaim, WORKER_ENDED } from "../sql/claim-due-jobs.ts";
import { recordJobDone, recordJobFailure, releaseJob } from "../sql/record-job.ts";
import { renewJobLeases } from "../sql/renew-job-leases.ts";
import * as backlogWorker from "./backlog-worker.ts";
import { giveBack, isDatabaseFault } from "./database-fault.ts";

/** Abandoned: the lease was lost, or time ran out. Somebody does the job again. */
export type WorkResult = { numDone: number; numFailed: number; numParked: number; numAbandoned: number };

// Jobs mostly wait for somebody else's host; more than a pod's connections, which they need for moments only.
const CONCURRENCY = 10;
// The original's: the tenth failure comes at least four and a quarter hours after the first.
const MAX_NUM_ERRORS = 10;

/**
 * Works off the jobs that are due until `budgetMs` is used up, many at once. A job that fails is tried again after
 * n^4 + 3 seconds, n its failures so far, and parked after ten; it does not stop the others. A job's definition
 * may have it tried for a time instead. What is in flight when the time is up is finished;
 * nothing new is claimed.
 *
 * @throws Error where the database is away: nothing more is claimed, and no job is charged with it
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
      work: (claim) => take(ctx, { claim, jobs, result }),
    });
  } finally {
    ctx.log.info("Work finished", toCountFields(result));
  }
  return result;
}

type Work = { claim: JobClaim; jobs: JobDefinitions };
async function take(ctx: Context, { claim, jobs, result }: Work & { result: WorkResult }): Promise<void> {
  await withContext({ job_id: claim.jobId, job: claim.name }, async () => {
    try {
      result[await work(ctx, { claim, jobs })] += 1;
    } catch (cause) {
      result.numAbandoned += 1;
      if (isDatabaseFault(cause)) {
        await giveBack(ctx, () => releaseJob(ctx.detachedDb, claim));
        throw cause;
      }
      // Not even the outcome could be recorded: the lease runs out, and the job is due again.
      ctx.log.error("Cannot record a job", { cause });
    }
  });
}

async function work(ctx: Context, { claim, jobs }: Work): Promise<keyof WorkResult> {
  const { numErrors, wasHeld } = claim;
  // Not every object has only the names that were given to it: `constructor` is no job.
  const definition = Object.hasOwn(jobs, claim.name) ? jobs[claim.name] : undefined;
  // The worker before has ended under it, and so may this one: not again at once.
  if (wasHeld && numErrors >= MAX_NUM_ERRORS)
    return recordFailure(ctx, { claim, definition, error: WORKER_ENDED, numErrors });
  try {
    await attempt(ctx, { claim, definition });
  } catch (error) {
    if (isDatabaseFault(error)) throw error;
    if (ctx.signal.aborted) {
      await giveBack(ctx, () => releaseJob(ctx.detachedDb, claim));
      return "numAbandoned";
    }
    return recordFailure(ctx, { claim, definition, error: describe(ctx, error), numErrors: numErrors + 1 });
  }
  return (await recordJobDone(ctx.db, claim)) ? "numDone" : leaseLost(ctx, claim);
}

/** Runs a job within its own deadline, whether or not it heeds its signal. */
async function attempt(
  ctx: Context,
  { claim, definition }: { claim: JobClaim; definition: JobDefinition | undefined },
): Promise<void> {
  if (definition === undefined) throw new UserError(404, `Unknown job: ${claim.name}`);
  const args = definition.parse(claim.args);
  const { timeoutMs } = definition;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([ctx.signal, deadline]);
  try {
    await untilAborted(signal, Promise.resolve(definition.run(ctx.with({ signal, job: claim }), args)));
  } catch (cause) {
    if (deadline.aborted) throw new UserError(504, `Cannot finish the job within ${timeoutMs} ms`, { cause });
    throw cause;
  }
}

/** What is kept of an error: words that are meant for a reader, and of all others only that there was one. */
function describe(ctx: Context, error: unknown): string {
  if (error instanceof UserError) {
    ctx.log.info("Job failed", { reason: error.message });
    return redactText(error.message);
  }
  ctx.log.error("Cannot do job", { cause: error });
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

/** Tells how long to wait before the next attempt; undefined: there is none. */
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
