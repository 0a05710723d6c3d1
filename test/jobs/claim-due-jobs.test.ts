import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { openPool } from "../../shared/db/pool.ts";
import { job } from "../../shared/db/schema.ts";
import { claimDueJobs, type JobClaim } from "../../shared/jobs/claim-due-jobs.ts";
import { enqueueJob } from "../../shared/jobs/enqueue-job.ts";
import { recordJobDone, recordJobFailure, releaseJob, renewJobLeases } from "../../shared/jobs/job-worker.ts";
import type { noOp } from "../../shared/jobs/no-op.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });

beforeEach(() => db.once.delete(job));

function enqueue(message = "a"): Promise<number> {
  return enqueueJob<typeof noOp>(db, { name: "no_op", args: { message } });
}

async function claimOne() {
  const [claim] = await claimDueJobs(db, { limit: 1 });
  assert.ok(claim);
  return claim;
}

test("enqueueJob() stores a job that is due at once, with its args as they are", async () => {
  const jobId = await enqueue('it\'s "quoted"');

  const { ageMs, createdAt, ...claim } = await claimOne();

  assert.deepEqual(claim, {
    jobId,
    leaseToken: 1,
    name: "no_op",
    args: { message: 'it\'s "quoted"' },
    numErrors: 0,
    wasHeld: false,
  });
  assert.ok(ageMs >= 0 && ageMs < 60_000 && Math.abs(Date.now() - createdAt.getTime()) < 60_000);
});

test("enqueueJob() stores nothing, when its transaction is rolled back", async () => {
  const failed = db.once.transaction(async (tx) => {
    await enqueueJob<typeof noOp>(tx, { name: "no_op", args: { message: "a" } });
    throw new Error("on purpose");
  });

  await assert.rejects(failed, /on purpose/);
  assert.equal((await db.once.select().from(job)).length, 0);
});

test("claimDueJobs() claims the longest due first, and none that is held, parked or not due", async () => {
  const [first, second, third, held, parked] = [
    await enqueue(),
    await enqueue(),
    await enqueue(),
    await enqueue(),
    await enqueue(),
  ];
  await db.once.execute(sql`update job set due_at = podcore_now() - interval '1 hour' where id = ${third}`);
  await db.once.execute(sql`update job set due_at = podcore_now() + interval '1 minute' where id = ${first}`);
  await db.once.execute(sql`update job set lease_expires_at = podcore_now() + interval '1 minute' where id = ${held}`);
  await db.once.execute(sql`update job set parked_at = podcore_now() where id = ${parked}`);

  const claims = [...(await claimDueJobs(db, { limit: 1 })), ...(await claimDueJobs(db, { limit: 10 }))];

  assert.deepEqual(
    claims.map(({ jobId }) => jobId),
    [third, second],
  );
  assert.deepEqual(await claimDueJobs(db, { limit: 10 }), []);
});

test("claimDueJobs() gives each job to one of twenty who claim at once", async () => {
  const ids = await Promise.all(Array.from({ length: 60 }, () => enqueue()));

  const claims = await Promise.all(Array.from({ length: 20 }, () => claimDueJobs(db, { limit: 3 })));

  assert.deepEqual(
    claims
      .flat()
      .map(({ jobId }) => jobId)
      .sort((a, b) => a - b),
    ids.sort((a, b) => a - b),
  );
});

test("claimDueJobs() counts a lease that ran out as an error, and claims under a higher token", async () => {
  await enqueue();
  const first = await claimOne();
  await db.once.execute(sql`update job set lease_expires_at = podcore_now()`);

  const second = await claimOne();

  const [row] = await db.once.select().from(job);
  assert.deepEqual([second.leaseToken, second.numErrors, second.wasHeld], [first.leaseToken + 1, 1, true]);
  assert.deepEqual([row?.numErrors, row?.lastError], [1, "Worker ended before the job did"]);
});

test("releaseJob() gives a job back at once, and counts no error", async () => {
  await enqueue();
  await releaseJob(db, await claimOne());

  const claim = await claimOne();

  assert.equal(claim.numErrors, 0);
});

test("an outcome that comes under an old token is not recorded", async () => {
  await enqueue();
  const old = await claimOne();
  await db.once.execute(sql`update job set lease_expires_at = podcore_now()`);
  await claimOne();
  const before = await db.once.execute(sql`select * from job`);

  const recorded = [
    await recordJobDone(db, old),
    await recordJobFailure(db, old, { error: "late", numErrors: 1, delayMs: 1 }),
  ];
  await releaseJob(db, old);
  await renewJobLeases(db, [old]);

  assert.deepEqual(recorded, [false, false]);
  assert.deepEqual(await db.once.execute(sql`select * from job`), before);
});

for (const [name, end] of Object.entries<(claim: JobClaim) => Promise<unknown>>({
  recordJobDone: (claim) => recordJobDone(db, claim),
  recordJobFailure: (claim) => recordJobFailure(db, claim, { error: "first", numErrors: 1, delayMs: 1 }),
  releaseJob: (claim) => releaseJob(db, claim),
  renewJobLeases: (claim) => renewJobLeases(db, [claim]),
})) {
  test(`${name}() changes the claim's own job, and none that is held under an equal token`, async () => {
    await Promise.all([enqueue(), enqueue()]);
    const [claim, other] = await claimDueJobs(db, { limit: 2 });
    assert.ok(claim && other && claim.leaseToken === other.leaseToken);
    const read = async (jobId: number) => [...(await db.once.execute(sql`select * from job where id = ${jobId}`))];
    const before = [await read(claim.jobId), await read(other.jobId)];

    await end(claim);

    assert.notDeepEqual(await read(claim.jobId), before[0]);
    assert.deepEqual(await read(other.jobId), before[1]);
  });
}

test("a job's claim lasts for 30 seconds, and so does a renewal", async () => {
  await enqueue();
  const readSeconds = async () => {
    const [row] = await db.once.execute<{ seconds: number }>(sql`
      select extract(epoch from lease_expires_at - podcore_now())::float8 as seconds from job`);
    return row?.seconds ?? 0;
  };

  const claim = await claimOne();
  const seconds = [await readSeconds()];
  await db.once.execute(sql`update job set lease_expires_at = podcore_now() + interval '1 second'`);
  await renewJobLeases(db, [claim]);
  seconds.push(await readSeconds());

  assert.ok(
    seconds.every((it) => it > 0 && it <= 30),
    seconds.join(", "),
  );
});

test("renewJobLeases() extends what is held, from now on", async () => {
  await Promise.all([enqueue(), enqueue()]);
  const claims = await claimDueJobs(db, { limit: 2 });
  await db.once.execute(sql`update job set lease_expires_at = podcore_now() + interval '1 second'`);

  await renewJobLeases(db, claims);

  const [row] = await db.once.execute(
    sql`select bool_and(lease_expires_at > podcore_now() + interval '20 seconds') as is_renewed from job`,
  );
  assert.equal(row?.is_renewed, true);
});

test("renewJobLeases() gives no lease to a job that has failed or was given back", async () => {
  await Promise.all([enqueue(), enqueue()]);
  const claims = await claimDueJobs(db, { limit: 2 });
  const [failed, released] = claims;
  assert.ok(failed && released);
  await recordJobFailure(db, failed, { error: "first", numErrors: 1, delayMs: 4_000 });
  await releaseJob(db, released);

  await renewJobLeases(db, claims);

  assert.deepEqual(
    (await db.once.select().from(job)).map(({ leaseExpiresAt }) => leaseExpiresAt),
    [null, null],
  );
});

test("recordJobDone() is no lost lease, when it is repeated after its reply was lost", async () => {
  await enqueue();
  const claim = await claimOne();
  await recordJobDone(db, claim);

  const isRecorded = await recordJobDone(db, claim);

  assert.equal(isRecorded, true);
});

// The last one: the offset is every later connection's.
test("claimDueJobs() claims a job that failed when its delay is over, and no sooner", async () => {
  await enqueue();
  await recordJobFailure(db, await claimOne(), { error: "first", numErrors: 5, delayMs: 628_000 });
  const name = new URL(databaseUrl).pathname.slice(1);

  const nums: number[] = [];
  for (const offset of ["600 seconds", "630 seconds"]) {
    await db.once.execute(sql.raw(`alter database ${name} set podcore.now_offset = '${offset}'`));
    const later = openPool({ url: databaseUrl, max: 1, applicationName: "later" });
    nums.push((await claimDueJobs(later.db, { limit: 1 })).length);
    await later.close();
  }

  assert.deepEqual(nums, [0, 1]);
});
