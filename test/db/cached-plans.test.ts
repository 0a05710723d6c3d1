import assert from "node:assert/strict";
import test, { after } from "node:test";
import { sql } from "drizzle-orm";
import { type Migration, migrate } from "../../shared/db/migrate.ts";
import { MIGRATIONS } from "../../shared/db/migrations.gen.ts";
import { openPool } from "../../shared/db/pool.ts";
import { createLog } from "../../shared/log/log.ts";
import { pooledUrl, withoutPgbouncer } from "../support/pooled-url.ts";
import { createDatabase } from "../support/postgres.ts";

const log = createLog({ format: "flat", level: "silent" });
// More than one, so that each has statements prepared before the migration.
const NUM_CONNECTIONS = 3;

for (const [name, skip, through] of [
  ["", false, async (url: string) => url],
  [" through a pgbouncer", withoutPgbouncer, pooledUrl],
] as const) {
  test(`openPool()'s prepared statements survive a migration of their table${name}`, { skip }, async () => {
    const url = await createDatabase();
    const pool = openPool({ url: await through(url), max: NUM_CONNECTIONS, applicationName: "test" });
    after(pool.close);
    const { once, repeatable } = pool.db;
    await once.execute(sql`create table planned (id int primary key, a int)`);
    await once.execute(sql`insert into planned values (1, 1)`);
    const read = () => repeatable.execute<Record<string, number>>(sql`select * from planned where id = ${1}`);
    const change = () =>
      once.execute<Record<string, number>>(sql`update planned set a = ${2} where id = ${1} returning *`);
    const inTransaction = () =>
      once.transaction(async (tx) =>
        tx.once.execute<Record<string, number>>(sql`select * from planned where id = ${1}`),
      );
    const several = <T>(ask: () => Promise<T>) => Promise.all(Array.from({ length: 2 * NUM_CONNECTIONS }, ask));
    for (const ask of [read, change, inTransaction]) await several(ask);
    const added = [
      "alter table planned add column b int default 3",
      "alter table planned alter column a type bigint",
      "alter table planned drop column b",
    ].map((statement, i): Migration => ({ tag: `0099_${i}`, when: 9e12 + i, hash: `${i}`, statements: [statement] }));

    for (const [i, { statements }] of added.entries()) {
      await migrate({ url, log, migrations: [...MIGRATIONS, ...added.slice(0, i + 1)] });
      const rows = [...(await several(read)), ...(await several(change)), ...(await several(inTransaction))];

      assert.deepEqual(
        rows.filter(([row]) => Number(row?.a) !== 2 || i < 2 !== (row?.b === 3)),
        [],
        statements[0],
      );
    }
  });
}
