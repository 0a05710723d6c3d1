import assert from "node:assert/strict";
import test from "node:test";
import postgres from "postgres";
import { migrate } from "../../shared/db/migrate.ts";
import { MIGRATIONS } from "../../shared/db/migrations.gen.ts";
import { createLog } from "../../shared/log/log.ts";
import { pooledUrl, withoutPgbouncer } from "../support/pooled-url.ts";
import { createDatabase } from "../support/postgres.ts";

const log = createLog({ format: "flat", level: "silent" });

for (const [name, settings] of [
  ["as it comes", {}],
  ["that ignores the parameters it does not know", { ignore_startup_parameters: "statement_timeout,lock_timeout" }],
  ["with two connections", { default_pool_size: "2" }],
] as const) {
  test(`migrate() succeeds six times at once through a pgbouncer ${name}`, { skip: withoutPgbouncer }, async () => {
    const direct = await createDatabase({ isEmpty: true });
    const url = await pooledUrl(direct, settings);
    const statements = ["-- podcore: no transaction", "create index concurrently pooled_idx on episode (title)"];
    const migrations = [...MIGRATIONS, { tag: "0099_index", when: 9e12, hash: "i", statements }];

    const applied = await Promise.all(Array.from({ length: 6 }, () => migrate({ url, log, migrations })));

    const sql = postgres(direct, { max: 1 });
    const rows = await sql`select 1 from drizzle.__drizzle_migrations`;
    const invalid = await sql`select indexrelid::regclass from pg_index where not indisvalid`;
    await sql.end();
    assert.deepEqual(
      applied.flat(),
      migrations.map(({ tag }) => tag),
    );
    assert.equal(rows.length, migrations.length);
    assert.deepEqual([...invalid], []);
  });
}
