import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { decodeNumberCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { notFound } from "../errors.ts";

/** A job that has failed too often, and is kept for a month (`clean-jobs`). */
export type ParkedJob = {
  jobId: number;
  name: string;
  /** What it is about: the ids in its args, such as `podcastId`. Email addresses and secrets are left out. */
  subject: Record<string, number>;
  numErrors: number;
  lastError: string | undefined;
  createdAt: Date;
  parkedAt: Date;
};
type Row = {
  id: string;
  name: string;
  args: Record<string, unknown>;
  num_errors: number;
  last_error: string | null;
  created_ms: number;
  parked_ms: number;
};

/** Lists parked jobs, newest first, up to `first` + 1: one too many means there are more. @throws UserError 400 for an invalid cursor */
export async function listParkedJobs(db: Database, { first, after }: PageRequest): Promise<Edge<ParkedJob>[]> {
  const start = after === undefined ? undefined : decodeNumberCursor(after);
  const rows = await db.repeatable.execute<Row>(sql`
    select id, name, args, num_errors, last_error, (extract(epoch from created_at) * 1000)::float8 as created_ms,
      (extract(epoch from parked_at) * 1000)::float8 as parked_ms
    from job where parked_at is not null ${start && sql`and id < ${start.id}::bigint`}
    order by id desc limit ${first + 1}::int`);
  return rows.map((row) => ({ node: toParkedJob(row), cursor: encodeCursor("0", Number(row.id)) }));
}

function toParkedJob({ id, args, ...row }: Row): ParkedJob {
  return {
    jobId: Number(id),
    name: row.name,
    subject: idsIn(args),
    numErrors: row.num_errors,
    lastError: row.last_error ?? undefined,
    createdAt: new Date(row.created_ms),
    parkedAt: new Date(row.parked_ms),
  };
}

function idsIn(args: Record<string, unknown>): Record<string, number> {
  const ids = Object.entries(args).filter(([name, value]) => name.endsWith("Id") && Number.isSafeInteger(value));
  // Checked by the filter.
  return Object.fromEntries(ids) as Record<string, number>;
}

/**
 * Makes a parked job due, as if it had not failed yet. Its definition's limits hold: one that is retried for three days is
 * tried once if it is older. A job that is not parked stays as it is, so that the call can be repeated.
 *
 * @throws UserError 404 if there is no such job: it is done, or was deleted a month after it was parked
 */
export async function retryJob(ctx: Context, { jobId }: { jobId: number }): Promise<{ jobId: number; name: string }> {
  const [row] = await ctx.db.repeatable.execute<{ name: string }>(sql`
    update job set parked_at = null,
      due_at = case when parked_at is null then due_at else podcore_now() end,
      num_errors = case when parked_at is null then num_errors else 0 end
    where id = ${jobId}::bigint
    returning name`);
  if (row === undefined) throw notFound("job", jobId);
  ctx.log.info("Job retried", { job_id: jobId, job: row.name });
  return { jobId, name: row.name };
}
