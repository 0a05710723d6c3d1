import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { type Migration, migrate } from "../../shared/db/migrate.ts";
import { MIGRATIONS } from "../../shared/db/migrations.gen.ts";
import { createLog } from "../../shared/log/log.ts";
import { createDatabase } from "../support/postgres.ts";

const log = createLog({ format: "flat", level: "silent" });

async function open(options: { isEmpty?: boolean } = {}) {
  const url = await createDatabase(options);
  const sql = postgres(url, { max: 3, onnotice: () => {} });
  test.after(() => sql.end());
  return { url, sql };
}

function added(...statements: string[]): Migration[] {
  return [...MIGRATIONS, { tag: "0099_added", when: 9e12, hash: "added", statements }];
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(20);
}

/** Whether a migrator runs a statement of this text. */
async function isRunning(sql: postgres.Sql, text: string): Promise<boolean> {
  const rows = await sql`
    select 1 from pg_stat_activity
    where datname = current_database() and state = 'active' and pid <> pg_backend_pid() and query like ${`%${text}%`}`;
  return rows.length > 0;
}

async function kill(sql: postgres.Sql, state: "active" | "idle in transaction"): Promise<number> {
  const rows = await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'podcore-migrate' and state = ${state}`;
  return rows.length;
}

test("migrate() applies a migration once, when another migrator starts after its lock was lost", async () => {
  const { url, sql } = await open();
  await sql`create table done (at timestamptz default now())`;
  const migrations = added("insert into done default values", "select pg_sleep(1)");
  const first = migrate({ url, log, migrations });
  await until(() => isRunning(sql, "pg_sleep"));

  const numKilled = await kill(sql, "idle in transaction");
  const applied = await Promise.all([first, migrate({ url, log, migrations })]);

  const rows = await sql`select at from done`;
  const [recorded] = await sql`select count(*)::int as num from drizzle.__drizzle_migrations where hash = 'added'`;
  assert.deepEqual([numKilled, applied.flat().length, rows.length, recorded?.num], [1, 1, 1, 1]);
});

test("migrate() begins again with what was not applied, when its connections are lost", async () => {
  const { url, sql } = await open();
  await sql`create table done (at timestamptz default now())`;
  const migrating = migrate({ url, log, migrations: added("insert into done default values", "select pg_sleep(1)") });
  await until(() => isRunning(sql, "pg_sleep"));

  await kill(sql, "idle in transaction");
  const numKilled = await kill(sql, "active");
  const applied = await migrating;

  const rows = await sql`select at from done`;
  assert.deepEqual([numKilled, applied, rows.length], [1, ["0099_added"], 1]);
});

test("migrate() waits for a table without holding up its readers for long, and gets its turn", async () => {
  const { url, sql } = await open();
  const busy = await sql.reserve();
  await busy.unsafe("begin; lock table podcast in access share mode");
  const migrating = migrate({ url, log, migrations: added("alter table podcast add column added int") });
  await until(() => isRunning(sql, "add column added"));

  const startedAt = performance.now();
  await sql`select 1 from podcast`;
  const waitedMs = performance.now() - startedAt;
  await busy.unsafe("commit");
  busy.release();

  assert.deepEqual(await migrating, ["0099_added"]);
  // Ten times the lock's timeout.
  assert.ok(waitedMs < 5_000, `${waitedMs} ms`);
});

test("migrate() builds anew an index that was left invalid", async () => {
  const { url, sql } = await open();
  await sql`create index left_invalid_idx on episode (title)`;
  await sql`update pg_index set indisvalid = false where indexrelid = 'left_invalid_idx'::regclass`;
  const statement = "create index concurrently if not exists left_invalid_idx on episode (title)";

  await migrate({ url, log, migrations: added("-- podcore: no transaction", statement) });

  const [row] = await sql`select indisvalid from pg_index where indexrelid = 'left_invalid_idx'::regclass`;
  assert.equal(row?.indisvalid, true);
});

test("migrate() waits for an index that the server still builds for a migrator that was killed", async () => {
  const { url, sql } = await open();
  const writer = await sql.reserve();
  await writer.unsafe("begin; lock table podcast in row exclusive mode");
  const statement = "create index concurrently if not exists slow_idx on podcast (title)";
  const building = sql.unsafe(statement);
  building.catch(() => {});
  await until(async () => (await sql`select 1 where to_regclass('slow_idx') is not null`).length > 0);

  const migrating = migrate({ url, log, migrations: added("-- podcore: no transaction", statement) });
  let isDone = false;
  void migrating.then(() => {
    isDone = true;
  });
  // Far longer than it takes where it does not wait.
  await sleep(2_000);
  const wasDone = isDone;
  const [before] = await sql`select 'slow_idx'::regclass::oid as oid`;
  await writer.unsafe("commit");
  writer.release();
  await Promise.all([building, migrating]);

  const [after] =
    await sql`select 'slow_idx'::regclass::oid as oid, indisvalid from pg_index where indexrelid = 'slow_idx'::regclass`;
  assert.deepEqual([wasDone, after?.oid, after?.indisvalid], [false, before?.oid, true]);
});

test("migrate() changes rows in batches, and all of them", async () => {
  const { url, sql } = await open();
  await sql`create table many (id bigint primary key, filled int, xid xid8)`;
  await sql`insert into many select i from generate_series(1, 2500) i`;
  const statement = `-- podcore: in batches
    with batch as (select id from many where id > $1 order by id limit 1000),
      changed as (update many set filled = 1, xid = pg_current_xact_id() from batch where many.id = batch.id and filled is null)
    select max(id) as last from batch`;

  await migrate({ url, log, migrations: added("-- podcore: no transaction", statement) });

  const [row] =
    await sql`select count(*) filter (where filled is null)::int as num_left, count(distinct xid::text)::int as num_batches from many`;
  assert.deepEqual({ ...row }, { num_left: 0, num_batches: 3 });
});

test("migrate() accepts a database that applied the earlier form of a migration", async () => {
  const { url, sql } = await open();
  const search = MIGRATIONS.find(({ tag }) => tag === "0005_search");
  const [earlier = ""] = search?.supersedes ?? [];
  assert.match(earlier, /^[0-9a-f]{64}$/);
  await sql`update drizzle.__drizzle_migrations set hash = ${earlier} where created_at = ${search?.when ?? 0}`;

  assert.deepEqual(await migrate({ url, log, migrations: MIGRATIONS }), []);
});

for (const [i, migration] of MIGRATIONS.entries()) {
  if (!migration.statements[0]?.startsWith("-- podcore: no transaction")) continue;
  test(`migrate() goes on with ${migration.tag}, wherever it was broken off`, async () => {
    const { url, sql } = await open({ isEmpty: true });
    await migrate({ url, log, migrations: MIGRATIONS.slice(0, i) });

    for (const statement of migration.statements) {
      // A statement in batches takes the ID that the one before ended at.
      await sql.unsafe(statement, statement.includes("$1") ? [0] : [], { prepare: false });
      const broken = { ...migration, statements: [...migration.statements, "select 1/0"] };
      await assert.rejects(migrate({ url, log, migrations: [...MIGRATIONS.slice(0, i), broken] }), /division by zero/);
    }

    assert.deepEqual(await migrate({ url, log, migrations: MIGRATIONS.slice(0, i + 1) }), [migration.tag]);
  });
}
