import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { JOBS } from "../../functions/jobs.ts";
import type { Context } from "../../shared/context.ts";
import { job } from "../../shared/db/schema.ts";
import { UserError } from "../../shared/errors.ts";
import type { JobDefinitions } from "../../shared/jobs/job.ts";
import * as jobWorker from "../../shared/jobs/job-worker.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const lines: string[] = [];
const ctx = createContext({ databaseUrl: await createDatabase(), writeLog: (text) => lines.push(text) });
const unfinished = new Promise<void>(() => {});

const POISON: JobDefinitions = {
  ...JOBS,
  throws: definition(() => {
    throw new Error("Cannot reach smtp://user:hunter2@example.com");
  }),
  refuses: definition(() => Promise.reject(new UserError(422, 'Cannot mail "nobody"'))),
  hangs: definition(() => unfinished),
  queries: definition(async (jobContext) => {
    await jobContext.db.once.execute(sql`select pg_sleep(30)`);
  }),
  heeds: definition(
    (jobContext) =>
      new Promise((_, reject) => jobContext.signal.addEventListener("abort", () => reject(jobContext.signal.reason))),
  ),
};

function definition(run: (jobContext: Context) => Promise<void>): JobDefinitions[string] {
  return { name: "any", timeoutMs: 100, parse: (args) => args, run };
}

beforeEach(async () => {
  lines.splice(0);
  await ctx.db.once.delete(job);
});

/** Stores a job as another version of the code might have. */
async function store(name: string, options: { args?: object; numErrors?: number } = {}): Promise<void> {
  const { args = { message: name }, numErrors = 0 } = options;
  await ctx.db.once.execute(sql`
    insert into job (name, args, num_errors) values (${name}, ${JSON.stringify(args)}::jsonb, ${numErrors})`);
}

function work(options: { context?: Context; budgetMs?: number } = {}): Promise<jobWorker.WorkResult> {
  const { context = ctx, budgetMs = 60_000 } = options;
  return jobWorker.run(context, { budgetMs, jobs: POISON });
}

/** What is left, with the seconds between the last error and the next attempt. */
function leftJobs() {
  return ctx.db.once
    .select({
      name: job.name,
      numErrors: job.numErrors,
      lastError: job.lastError,
      isParked: sql<boolean>`parked_at is not null`,
      isHeld: sql<boolean>`lease_expires_at is not null`,
      delaySeconds: sql<number>`extract(epoch from due_at - last_error_at)::int`,
    })
    .from(job)
    .orderBy(job.id);
}

test("run() does every job that is due, and deletes it", async () => {
  for (let i = 0; i < 30; i++) await store("no_op", { args: { message: `<${i}>` } });

  const result = await work();

  assert.deepEqual(result, { numDone: 30, numFailed: 0, numParked: 0, numAbandoned: 0 });
  assert.deepEqual(await leftJobs(), []);
  const messages = [...lines.join("").matchAll(/No-op.*?<(\d+)>/g)].map(([, i]) => Number(i));
  assert.deepEqual(
    messages.sort((a, b) => a - b),
    Array.from({ length: 30 }, (_, i) => i),
  );
});

test("run() does the others, when jobs throw, hang, are unknown or have bad args", async () => {
  for (const name of ["throws", "refuses", "hangs", "heeds", "nonesuch", "constructor"]) await store(name);
  await store("no_op", { args: { message: 1 } });
  for (let i = 0; i < 20; i++) await store("no_op");

  const result = await work();

  const retried = { numErrors: 1, isParked: false, isHeld: false, delaySeconds: 4 };
  assert.deepEqual(result, { numDone: 20, numFailed: 7, numParked: 0, numAbandoned: 0 });
  assert.deepEqual(await leftJobs(), [
    { name: "throws", lastError: "Internal error", ...retried },
    { name: "refuses", lastError: 'Cannot mail "nobody"', ...retried },
    { name: "hangs", lastError: "Cannot finish the job within 100 ms", ...retried },
    { name: "heeds", lastError: "Cannot finish the job within 100 ms", ...retried },
    { name: "nonesuch", lastError: "Unknown job: nonesuch", ...retried },
    { name: "constructor", lastError: "Unknown job: constructor", ...retried },
    {
      name: "no_op",
      lastError: 'Bad request: Error parsing parameter "message": not a string: 1',
      ...retried,
    },
  ]);
  assert.match(lines.join(""), /Cannot reach smtp/);
  assert.doesNotMatch(lines.join(""), /hunter2/);
});

test("run() takes on jobs that become due while others hang", async () => {
  let end = () => {};
  const hanging = new Promise<void>((resolve) => {
    end = resolve;
  });
  const jobs: JobDefinitions = {
    slow: { name: "slow", timeoutMs: 60_000, parse: (args) => args, run: () => hanging },
    // It is what lets the other end: were it kept waiting, neither would.
    quick: { name: "quick", timeoutMs: 60_000, parse: (args) => args, run: () => end() },
  };
  await store("slow");
  await ctx.db.once.execute(
    sql`insert into job (name, args, due_at) values ('quick', '{}', podcore_now() + interval '1 second')`,
  );

  const result = await jobWorker.run(ctx, { budgetMs: 60_000, jobs });

  assert.equal(result.numDone, 2);
});

test("run() tries a job that fails again after n^4 + 3 seconds, and parks it after ten errors", async () => {
  await store("refuses");
  const delays: (number | undefined)[] = [];

  for (let i = 1; i <= 9; i++) {
    await work();
    delays.push((await leftJobs())[0]?.delaySeconds);
    await ctx.db.once.execute(sql`update job set due_at = podcore_now()`);
  }
  const tenth = await work();
  const eleventh = await work();

  assert.deepEqual(delays, [4, 19, 84, 259, 628, 1299, 2404, 4099, 6564]);
  assert.deepEqual([tenth.numParked, tenth.numFailed], [1, 0]);
  assert.deepEqual(eleventh, { numDone: 0, numFailed: 0, numParked: 0, numAbandoned: 0 });
  const [left] = await leftJobs();
  assert.deepEqual([left?.numErrors, left?.isParked, left?.lastError], [10, true, 'Cannot mail "nobody"']);
});

test("run() parks a job under which ten workers have ended, and does not run it", async () => {
  await store("no_op", { numErrors: 9 });
  await ctx.db.once.execute(sql`update job set lease_expires_at = podcore_now()`);

  const result = await work();

  const [left] = await leftJobs();
  assert.equal(result.numParked, 1);
  assert.deepEqual([left?.numErrors, left?.isParked], [10, true]);
  assert.equal(left?.lastError, "Worker ended before the job did");
  assert.doesNotMatch(lines.join(""), /No-op/);
});

test("run() counts no error, gives the job back and claims no other, when the database refuses to store", async () => {
  let numRuns = 0;
  const jobs: JobDefinitions = {
    stores: definition(async () => {
      numRuns += 1;
      await ctx.db.once.execute(sql`do $$ begin raise sqlstate '53100'; end $$`);
    }),
  };
  await store("stores");

  const running = jobWorker.run(ctx, { budgetMs: 60_000, jobs });

  await assert.rejects(running);
  assert.equal(numRuns, 1);
  assert.deepEqual(
    (await leftJobs()).map(({ numErrors, isHeld, lastError }) => ({ numErrors, isHeld, lastError })),
    [{ numErrors: 0, isHeld: false, lastError: null }],
  );
});

test("run() tries a job for as long as its definition says, with waits that end, and parks it then", async () => {
  const refuses = definition(() => Promise.reject(new UserError(502, "Cannot send mail")));
  const jobs: JobDefinitions = { refuses: { ...refuses, retry: { forMs: 48 * 3_600_000, maxDelayMs: 3_600_000 } } };
  const workAt = async (age: string) => {
    await ctx.db.once.execute(sql`
      update job set due_at = podcore_now(), created_at = podcore_now() - ${age}::interval`);
    return jobWorker.run(ctx, { budgetMs: 60_000, jobs });
  };
  await store("refuses", { numErrors: 40 });

  const early = await workAt("47 hours");
  const delays = (await leftJobs()).map(({ delaySeconds }) => delaySeconds);
  const late = await workAt("49 hours");

  assert.deepEqual([early.numFailed, delays, late.numParked], [1, [3_600], 1]);
});

test("run() does not do again at once what workers end under, though it is tried for long", async () => {
  let numRuns = 0;
  const deadly = definition(async () => {
    numRuns += 1;
  });
  const jobs: JobDefinitions = { deadly: { ...deadly, retry: { forMs: 48 * 3_600_000, maxDelayMs: 3_600_000 } } };
  await store("deadly", { numErrors: 9 });
  await ctx.db.once.execute(sql`update job set lease_expires_at = podcore_now()`);

  const first = await jobWorker.run(ctx, { budgetMs: 60_000, jobs });
  const [left] = await leftJobs();
  await ctx.db.once.execute(sql`update job set due_at = podcore_now()`);
  const second = await jobWorker.run(ctx, { budgetMs: 60_000, jobs });

  assert.deepEqual([first.numFailed, left?.delaySeconds, left?.isParked], [1, 3_600, false]);
  assert.deepEqual([second.numDone, numRuns], [1, 1]);
});

test("run() ends a job's statement with the job's own time, so that nobody waits for it any longer", async () => {
  await store("queries");

  const result = await work();

  const [row] = await ctx.db.once.execute<{ n: number }>(sql`
    select count(*)::int as n from pg_stat_activity where query like '%pg_sleep(30)%' and state = 'active' and pid <> pg_backend_pid()`);
  assert.deepEqual([result.numFailed, row?.n], [1, 0]);
});

test("run() claims nothing, when its budget is used up or the process is to end", async () => {
  await store("no_op");

  const results = [await work({ budgetMs: 0 }), await work({ context: ctx.with({ draining: AbortSignal.abort() }) })];

  assert.deepEqual(
    results.map(({ numDone }) => numDone),
    [0, 0],
  );
  assert.equal((await leftJobs()).length, 1);
});

test("run() gives a job back and counts no error, when the time for the call is up", async () => {
  await store("slow");
  const controller = new AbortController();
  const jobs: JobDefinitions = {
    slow: {
      name: "slow",
      timeoutMs: 60_000,
      parse: (args) => args,
      run: () => {
        controller.abort();
        return unfinished;
      },
    },
  };

  const result = await jobWorker.run(ctx.with({ signal: controller.signal }), { budgetMs: 60_000, jobs });

  assert.equal(result.numAbandoned, 1);
  assert.deepEqual(
    (await leftJobs()).map(({ numErrors, isHeld, isParked }) => ({ numErrors, isHeld, isParked })),
    [{ numErrors: 0, isHeld: false, isParked: false }],
  );
});

test("run() records nothing, when another has claimed the job since", async () => {
  await store("stolen");
  const jobs: JobDefinitions = {
    stolen: {
      name: "stolen",
      timeoutMs: 60_000,
      parse: (args) => args,
      run: async () => {
        await ctx.db.once.execute(sql`update job set lease_token = lease_token + 1`);
      },
    },
  };

  const result = await jobWorker.run(ctx, { budgetMs: 60_000, jobs });

  assert.equal(result.numAbandoned, 1);
  assert.deepEqual(
    (await leftJobs()).map(({ isHeld }) => isHeld),
    [true],
  );
});
