import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { errorCodeOf } from "../../shared/db/failure.ts";
import { openPool } from "../../shared/db/pool.ts";
import { type Fault, startFaultProxy } from "../support/fault-proxy.ts";
import { createDatabase } from "../support/postgres.ts";

const MAX = 2;
const databaseUrl = await createDatabase();
const proxy = await startFaultProxy({ host: new URL(databaseUrl).hostname, port: Number(new URL(databaseUrl).port) });
const direct = postgres(databaseUrl, { max: 2, onnotice: () => {} });
await direct`create table noted (id bigint generated always as identity, text text)`;
const pool = openPool({ url: throughProxy(), max: MAX, applicationName: "podcore-pool-test" });

after(async () => {
  await pool.close();
  await direct.end();
  await proxy.close();
});

function throughProxy(): string {
  const url = new URL(databaseUrl);
  url.port = String(proxy.port);
  return url.href;
}

/** The database for a call that may take so long. */
function within(ms: number) {
  return pool.databaseFor({ signal: AbortSignal.timeout(ms) });
}

/** A statement of drizzle's is sent when it is awaited. */
function started<T>(statement: PromiseLike<T>): Promise<T> {
  return Promise.resolve(statement).then((result) => result);
}

async function ask(ms = 20_000): Promise<unknown> {
  const [row] = await within(ms).repeatable.execute<{ x: number }>(sql`select ${42}::int as x`);
  return row?.x;
}

async function numNoted(text: string): Promise<number> {
  const [row] = await direct`select count(*)::int as n from noted where text = ${text}`;
  return row?.n;
}

for (const fault of ["refused", "closed", "reset", "cut-in-login", "silent"] satisfies Fault[]) {
  test(`a pool answers the first statement after connections that were ${fault}`, async () => {
    await proxy.setFault(fault);
    proxy.cutAll("reset");

    // More than the pool has connections, so that each was tried.
    const failed = await Promise.allSettled(Array.from({ length: 3 * MAX }, () => ask(700)));
    await proxy.setFault("none");
    const answer = await ask();

    assert.deepEqual(new Set(failed.map(({ status }) => status)), new Set(["rejected"]));
    assert.equal(answer, 42);
    assert.equal(pool.status(), "up");
  });
}

for (const how of ["closed", "reset"] as const) {
  test(`a pool whose idle connections were ${how} answers the next statement`, async () => {
    await Promise.all([ask(), ask()]);

    proxy.cutAll(how);

    assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [42, 42, 42]);
  });
}

test("a pool gives up a connection that has become silent, and answers by another", async () => {
  await ask();
  const running = started(within(20_000).repeatable.execute<{ x: number }>(sql`select ${43}::int as x, pg_sleep(0.3)`));
  await sleep(100);
  proxy.freeze();
  await sleep(5_500);
  proxy.thaw();

  assert.equal((await running)[0]?.x, 43);
  assert.equal(await ask(), 42);
});

/** A pool of one connection that has the plan of this insert, so that its next reply is that of the insert's end. */
async function warmPool(text: string) {
  const warm = openPool({ url: throughProxy(), max: 1, applicationName: "podcore-pool-test-warm" });
  after(warm.close);
  const insert = (kind: "once" | "repeatable") =>
    warm.db[kind].execute(sql`insert into noted (text) values (${text})`).then(() => {});
  await insert("once");
  // The last bytes of its reply may come a little later, and are not the reply to be lost.
  await sleep(50);
  return insert;
}

test("a repeatable statement whose reply is lost is repeated", async () => {
  const insert = await warmPool("repeatable");
  proxy.cutAfter(0);

  await insert("repeatable");

  assert.equal(await numNoted("repeatable"), 3);
});

test("a statement that may be done once only and whose reply is lost fails, and is not repeated", async () => {
  const insert = await warmPool("once");
  proxy.cutAfter(0);

  const error = await insert("once").catch((cause: unknown) => cause);

  assert.equal(errorCodeOf(error), "CONNECTION_LOST");
  assert.equal(await numNoted("once"), 2);
});

test("a statement that may be done once only is sent again where it was certainly not done", async () => {
  await ask();
  await direct`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'podcore-pool-test'`;

  await within(20_000).once.execute(sql`insert into noted (text) values (${"not done"})`);

  assert.equal(await numNoted("not done"), 1);
});

test("a repeatable transaction whose commit's reply is lost is run again, whole", async () => {
  let numRuns = 0;

  await within(20_000).repeatable.transaction(async (tx) => {
    numRuns += 1;
    await tx.repeatable.execute(sql`insert into noted (text) values (${"committed"})`);
    if (numRuns === 1) proxy.cutAfter(0);
  });

  assert.equal(numRuns, 2);
  assert.equal(await numNoted("committed"), 2);
});

test("a transaction that is cut before its commit leaves nothing, and no later statement of it runs outside", async () => {
  let numRuns = 0;
  const work = within(20_000).once.transaction(async (tx) => {
    numRuns += 1;
    await tx.once.execute(sql`insert into noted (text) values (${"cut"})`);
    proxy.cutAll("reset");
    await sleep(50);
    await tx.once.execute(sql`insert into noted (text) values (${"cut"})`);
  });

  const error = await work.catch((cause: unknown) => cause);

  assert.equal(errorCodeOf(error), "CONNECTION_LOST");
  assert.equal(numRuns, 1);
  assert.equal(await numNoted("cut"), 0);
});

test("a transaction whose backends are ended all the time is done in the end, exactly once", async () => {
  let isDone = false;
  const killing = (async () => {
    for (let i = 0; i < 10 && !isDone; i += 1) {
      await direct`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'podcore-pool-test'`;
      await sleep(60);
    }
  })();

  await within(20_000).repeatable.transaction(async (tx) => {
    await tx.repeatable.execute(sql`delete from noted where text = ${"ended"}`);
    for (let i = 0; i < 20; i += 1) {
      await tx.repeatable.execute(sql`insert into noted (text) values (${"ended"})`);
      await sleep(5);
    }
  });
  isDone = true;
  await killing;

  assert.equal(await numNoted("ended"), 20);
});

test("a transaction that a statement has failed in is not reported as committed", async () => {
  const work = within(20_000).once.transaction(async (tx) => {
    await tx.once.execute(sql`insert into noted (text) values (${"swallowed"})`);
    await tx.once.execute(sql`select 1 / ${0}::int`).catch(() => {});
  });

  await assert.rejects(work, /Cannot commit/);
  assert.equal(await numNoted("swallowed"), 0);
});

test("a savepoint that failed is undone, and the rest of its transaction is kept", async () => {
  await within(20_000).once.transaction(async (tx) => {
    await tx.once.execute(sql`insert into noted (text) values (${"kept"})`);
    const inner = tx.once.transaction(async (savepoint) => {
      await savepoint.once.execute(sql`insert into noted (text) values (${"undone"})`);
      await savepoint.once.execute(sql`select 1 / ${0}::int`);
    });
    await assert.rejects(inner);
  });

  assert.equal(await numNoted("kept"), 1);
  assert.equal(await numNoted("undone"), 0);
});

test("a result is whole after one that was broken off behind its first row, by an error or by the connection's end", async () => {
  for (const breakOff of [
    () => ask20("select 1 / (3 - g) as x from generate_series(1, 20) g"),
    () => ask20("set statement_timeout = 50; select g, pg_sleep(g / 200.0) from generate_series(1, 100) g"),
    () => {
      proxy.cutAfter(2_000);
      return pool.db.once.execute(sql`select g, repeat('x', 500) from generate_series(1, ${20}::int) g`);
    },
  ]) {
    await assert.rejects(Promise.resolve(breakOff()));

    const rows = await pool.db.repeatable.execute<{ x: number }>(sql`select ${42}::int as x`);
    assert.deepEqual([...rows], [{ x: 42 }]);
  }

  function ask20(text: string) {
    return pool.db.once.execute(sql.raw(text));
  }
});

test("a statement is cancelled on the server when its call is given up", async () => {
  const call = new AbortController();
  const running = started(
    pool.databaseFor({ signal: call.signal }).repeatable.execute(sql`select pg_sleep(${30}::int)`),
  );
  running.catch(() => {});
  await untilNumSleeping(1);

  call.abort(new Error("given up"));

  await assert.rejects(running, (error: Error) => error.cause instanceof Error && error.cause.message === "given up");
  await untilNumSleeping(0);
});

test("a call that is given up within a transaction leaves no connection behind that is in it, or is cancelled later", async () => {
  const one = openPool({ url: databaseUrl, max: 1, applicationName: "podcore-pool-test-abort" });
  after(one.close);
  for (let i = 0; i < 30; i += 1) {
    const call = new AbortController();
    const work = one.databaseFor({ signal: call.signal }).once.transaction(async (tx) => {
      await tx.once.execute(sql`insert into noted (text) values (${"abandoned"})`);
      if (i % 2 === 0) setTimeout(() => call.abort(new Error("given up")), Math.random() * 4);
      else call.abort(new Error("given up"));
      for (let n = 0; n < 20; n += 1) await tx.once.execute(sql`select ${n}::int`);
    });
    const outcome = await work.then(
      () => "committed",
      () => "failed",
    );

    await one.db.once.execute(sql`insert into noted (text) values (${`after ${i}`})`);

    assert.equal(await numNoted(`after ${i}`), 1);
    if (outcome === "committed") await direct`delete from noted where text = 'abandoned'`;
  }

  assert.equal(await numNoted("abandoned"), 0);
});

async function untilNumSleeping(num: number): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    const [row] = await direct`
      select count(*)::int as n from pg_stat_activity
      where application_name = 'podcore-pool-test' and state = 'active' and query like '%pg_sleep%'`;
    if (row?.n === num) return;
    await sleep(20);
  }
  assert.fail(`not ${num} statements that sleep after 6 s`);
}

test("values are read alike whatever the database is set to", async () => {
  const [name] = new URL(databaseUrl).pathname.slice(1).split("?");
  const settings = {
    datestyle: "German, DMY",
    timezone: "Asia/Kathmandu",
    bytea_output: "escape",
    intervalstyle: "iso_8601",
    extra_float_digits: "-5",
  };
  for (const [key, value] of Object.entries(settings)) {
    await direct.unsafe(`alter database ${name} set ${key} = '${value}'`);
  }
  const fresh = openPool({ url: databaseUrl, max: 1, applicationName: "podcore-pool-test-settings" });
  after(fresh.close);

  const [row] = await fresh.db.repeatable.execute(sql`
    select '2026-03-08T07:30:00Z'::timestamptz as instant, '\\x00ff5c41'::bytea as bytes, 0.1::float8 + 0.2::float8 as sum,
      interval '1 day' as span`);

  assert.deepEqual(row, {
    instant: "2026-03-08 07:30:00+00",
    bytes: Buffer.from([0, 255, 92, 65]),
    sum: 0.30000000000000004,
    span: "1 day",
  });
  for (const key of Object.keys(settings)) await direct.unsafe(`alter database ${name} reset ${key}`);
});

for (const fault of ["refused", "silent"] satisfies Fault[]) {
  test(`an outage of connections that are ${fault} is told within moments after ten seconds, and the first statement after it is answered`, async () => {
    await ask();
    await proxy.setFault(fault);
    proxy.cutAll("closed");
    const first = await ask(25_000).catch((cause: unknown) => cause);

    const startedAt = performance.now();
    const errors = await Promise.all(Array.from({ length: 20 }, () => ask(25_000).catch((cause: unknown) => cause)));
    const elapsedMs = performance.now() - startedAt;
    const status = pool.status();
    await proxy.setFault("none");
    // The first is, if the server says something within 20 ms; a busy machine may take longer.
    const answers = [await ask().catch(errorCodeOf), await ask().catch(errorCodeOf), await ask().catch(errorCodeOf)];

    assert.equal(errorCodeOf(first), "OUTAGE");
    assert.deepEqual(new Set(errors.map(errorCodeOf)), new Set(["OUTAGE"]));
    // 50 ms are promised.
    assert.ok(elapsedMs < 500, `${elapsedMs} ms`);
    assert.equal(status, "down");
    assert.equal(answers.at(-1), 42);
  });
}

test("a pool's end lets what runs finish, and nothing new begin", async () => {
  const ending = openPool({ url: databaseUrl, max: 1, applicationName: "podcore-pool-test-end" });
  const running = started(ending.db.once.execute<{ x: number }>(sql`select ${1}::int as x, pg_sleep(0.2)`));
  await sleep(100);

  const closing = ending.close();
  const refused = await ending.db.once.execute(sql`select 1`).catch((cause: unknown) => cause);
  await closing;

  assert.equal((await running)[0]?.x, 1);
  assert.equal(errorCodeOf(refused), "POOL_CLOSED");
});
