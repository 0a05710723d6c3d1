import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { job } from "../../shared/db/schema.ts";
import * as jobWorker from "../../shared/jobs/job-worker.ts";
import { noOp } from "../../shared/jobs/no-op.ts";
import { listParkedJobs, retryJob } from "../../shared/jobs/parked-jobs.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;

beforeEach(() => db.once.delete(job));

type Values = Partial<typeof job.$inferInsert>;
async function insertJob(values: Values = {}): Promise<number> {
  const parked = { parkedAt: new Date(), numErrors: 10, lastError: "It broke", lastErrorAt: new Date() };
  const [row] = await db.once
    .insert(job)
    .values({ name: "no_op", args: { message: "x" }, ...parked, ...values })
    .returning({ id: job.id });
  return row?.id ?? 0;
}

test("listParkedJobs() lists them newest first in pages, and of their args only ids", async () => {
  const args = { podcastId: 7, email: "ada@example.com", nonce: "s3cret", otherId: "x" };
  const ids = [await insertJob({ args }), await insertJob(), await insertJob()];
  await insertJob({ parkedAt: null });

  const first = await listParkedJobs(db, { first: 2 });
  const next = await listParkedJobs(db, { first: 2, after: first[1]?.cursor });

  assert.deepEqual(
    [...first, ...next].map(({ node }) => node.jobId),
    [ids[2], ids[1], ids[0], ids[0]],
  );
  const { parkedAt, createdAt, ...shown } = next[0]?.node ?? {};
  assert.deepEqual(shown, {
    ...{ jobId: ids[0], name: "no_op", subject: { podcastId: 7 }, numErrors: 10, lastError: "It broke" },
  });
});

test("retryJob() makes a parked job due, so that the next work tick does it", async () => {
  const jobId = await insertJob();
  const idle = await jobWorker.run(ctx, { budgetMs: 60_000, jobs: { no_op: noOp } });

  const retried = await retryJob(ctx, { jobId });
  const worked = await jobWorker.run(ctx, { budgetMs: 60_000, jobs: { no_op: noOp } });

  assert.deepEqual([idle.numDone, worked.numDone], [0, 1]);
  assert.deepEqual(retried, { jobId, name: "no_op" });
  await assert.rejects(retryJob(ctx, { jobId }), { status: 404 });
});

test("retryJob() gives a job its attempts anew, and leaves one alone that is not parked", async () => {
  const [parked, waiting] = [await insertJob(), await insertJob({ parkedAt: null, numErrors: 4 })];
  await db.once.execute(sql`update job set due_at = '2050-01-01'`);

  for (const jobId of [parked, parked, waiting]) await retryJob(ctx, { jobId });

  const rows = await db.once.execute(sql`
    select id::int, num_errors, parked_at is null as is_free, due_at <= podcore_now() as is_due, last_error from job order by id`);
  assert.deepEqual(
    [...rows],
    [
      { id: parked, num_errors: 0, is_free: true, is_due: true, last_error: "It broke" },
      { id: waiting, num_errors: 4, is_free: true, is_due: false, last_error: "It broke" },
    ],
  );
});
