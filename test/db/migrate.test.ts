import assert from "node:assert/strict";
import test from "node:test";
import postgres from "postgres";
import { type Migration, migrate, selectPending } from "../../shared/db/migrate.ts";
import { MIGRATIONS } from "../../shared/db/migrations.gen.ts";
import { createLog } from "../../shared/log/log.ts";
import { createDatabase } from "../support/postgres.ts";

const lines: string[] = [];
const log = createLog({ format: "flat", level: "info", write: (text) => lines.push(text) });

test("migrate() succeeds twenty times at once on an empty database, and applies each migration once", async () => {
  const url = await createDatabase({ isEmpty: true });

  const applied = await Promise.all(Array.from({ length: 20 }, () => migrate({ url, log, migrations: MIGRATIONS })));

  assert.deepEqual(
    applied.flat(),
    MIGRATIONS.map(({ tag }) => tag),
  );
  assert.equal(lines.filter((line) => line.includes("Migration applied")).length, MIGRATIONS.length);
});

test("migrate() leaves nothing of a migration that fails, and says which it was", async () => {
  const url = await createDatabase({ isEmpty: true });
  const broken: Migration = {
    tag: "0099_broken",
    when: 9e12,
    hash: "b",
    statements: ["create table half (id int)", "select 1/0"],
  };

  await assert.rejects(
    migrate({ url, log, migrations: [...MIGRATIONS, broken] }),
    /Cannot apply migration "0099_broken"/,
  );

  const sql = postgres(url, { max: 1 });
  const [row] =
    await sql`select to_regclass('half') as half, (select count(*)::int from drizzle.__drizzle_migrations) as num`;
  await sql.end();
  assert.deepEqual({ ...row }, { half: null, num: MIGRATIONS.length });
});

test("migrate() runs a migration that is marked so outside a transaction", async () => {
  const url = await createDatabase();
  const statements = ["-- podcore: no transaction\ncreate index concurrently episode_test_idx on episode (title)"];

  const applied = await migrate({
    url,
    log,
    migrations: [...MIGRATIONS, { tag: "0099_index", when: 9e12, hash: "i", statements }],
  });

  assert.deepEqual(applied, ["0099_index"]);
});

const known = [1, 2, 3].map((when): Migration => ({ tag: `m${when}`, when, hash: `h${when}`, statements: [] }));
const rows = (...whens: number[]) => whens.map((when) => ({ when, hash: `h${when}` }));

test("selectPending() selects what was not applied, in order", () => {
  assert.deepEqual(
    selectPending(known, rows(1)).map(({ tag }) => tag),
    ["m2", "m3"],
  );
});

test("selectPending() accepts a schema of newer code", () => {
  assert.deepEqual(selectPending(known, rows(1, 2, 3, 4)), []);
});

test("selectPending() refuses a gap, a changed migration and a stranger", () => {
  assert.throws(() => selectPending(known, rows(1, 3)), /"m2" was never applied, but newer ones were/);
  assert.throws(
    () => selectPending(known, [{ when: 1, hash: "other" }]),
    /"m1" was applied with the hash other, but has the hash h1 here/,
  );
  assert.throws(() => selectPending(known, [...rows(1), { when: 1.5, hash: "x" }, ...rows(2, 3)]), /unknown here/);
});
