import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { errorCodeOf } from "../../shared/db/failure.ts";
import { openPool } from "../../shared/db/pool.ts";
import { startArtifact } from "../support/artifact.ts";
import { findPgbouncers, startPgbouncer } from "../support/pgbouncer.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertDuePodcasts } from "../support/rows.ts";

const databaseUrl = await createDatabase();
const direct = postgres(databaseUrl, { max: 1, onnotice: () => {} });
after(() => direct.end());
const installed = findPgbouncers();

test("pgbouncer is here", { skip: installed.length > 0 ? false : "no pgbouncer on this machine" }, () => {});

for (const program of installed) {
  // Postgres is asked by its own connections, each for a transaction only, of which there are fewer than of ours.
  const open = async (settings: Record<string, string> = {}) => {
    const pooler = await startPgbouncer(program, { databaseUrl, poolSize: 3, settings });
    after(pooler.stop);
    return pooler;
  };

  test(`a pool behind pgbouncer ${program.version} gets each answer whole, many at once`, async () => {
    const pooler = await open();
    const pool = openPool({ url: pooler.url, max: 8, applicationName: "podcore-pooled" });
    after(pool.close);

    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        i % 2 === 0
          ? pool.db.repeatable.execute<{ x: number }>(sql`select ${i}::int as x`)
          : pool.db.repeatable.transaction((tx) =>
              tx.repeatable.execute<{ x: number }>(sql`select ${i}::int + 0 as x`),
            ),
      ),
    );

    assert.deepEqual(
      answers.map((rows) => [rows.length, rows[0]?.x]),
      answers.map((_, i) => [1, i]),
    );
  });

  test(`a pool prepares statements behind pgbouncer ${program.version} where that can follow them`, async () => {
    const pooler = await open();
    const pool = openPool({ url: pooler.url, max: 1, applicationName: "podcore-pooled" });
    after(pool.close);
    const [major = 0, minor = 0] = program.version.split(".").map(Number);
    const follows = major > 1 || minor >= 24;

    await pool.db.repeatable.execute(sql`select ${1}::int as x`);
    const prepared = await pool.db.repeatable.execute(
      sql`select name from pg_prepared_statements where name like ${"PGBOUNCER_%"} and statement like ${"%as x%"}`,
    );

    assert.equal(prepared.length > 0, follows);
  });

  test(`a pool works behind pgbouncer ${program.version} that swallows start-up parameters`, async () => {
    const pooler = await open({
      ignore_startup_parameters:
        "statement_timeout,extra_float_digits,bytea_output,idle_in_transaction_session_timeout,intervalstyle",
      max_prepared_statements: "0",
    }).catch(() => undefined);
    // 1.18 does not know the last of these settings.
    const swallowing =
      pooler ??
      (await open({
        ignore_startup_parameters:
          "statement_timeout,extra_float_digits,bytea_output,idle_in_transaction_session_timeout,intervalstyle",
      }));
    const pool = openPool({ url: swallowing.url, max: 6, applicationName: "podcore-pooled" });
    after(pool.close);

    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => pool.db.repeatable.execute<{ x: number }>(sql`select ${i}::int as x`)),
    );

    assert.deepEqual(
      answers.map((rows) => rows[0]?.x),
      answers.map((_, i) => i),
    );
  });

  test(`values are read alike behind pgbouncer ${program.version}, whatever the database is set to`, async () => {
    const name = new URL(databaseUrl).pathname.slice(1);
    await direct.unsafe(`alter database ${name} set datestyle = 'German, DMY'`);
    await direct.unsafe(`alter database ${name} set bytea_output = 'escape'`);
    const pooler = await open();
    const pool = openPool({ url: pooler.url, max: 1, applicationName: "podcore-pooled" });
    after(pool.close);

    const [row] = await pool.db.repeatable.execute(
      sql`select '2026-03-08T07:30:00Z'::timestamptz as instant, '\\x00ff5c41'::bytea as bytes`,
    );

    assert.deepEqual(row, { instant: "2026-03-08 07:30:00+00", bytes: Buffer.from([0, 255, 92, 65]) });
    await direct.unsafe(`alter database ${name} reset datestyle`);
    await direct.unsafe(`alter database ${name} reset bytea_output`);
  });

  test(`a transaction behind pgbouncer ${program.version} is bounded by a timeout of its own`, async () => {
    const pooler = await open();
    const pool = openPool({ url: pooler.url, max: 1, applicationName: "podcore-pooled" });
    after(pool.close);
    await pool.db.repeatable.execute(sql`select 1`);

    const [row] = await pool.db.repeatable.transaction((tx) => tx.repeatable.execute(sql`show statement_timeout`));
    const error = await pool
      .databaseFor({ signal: AbortSignal.timeout(300) })
      .repeatable.execute(sql`select pg_sleep(${20}::int)`)
      .catch((cause: unknown) => cause);
    const [running] = await direct`
      select count(*)::int as n from pg_stat_activity where state = 'active' and query like '%pg_sleep(%' and pid <> pg_backend_pid()`;

    assert.equal(row?.statement_timeout, "20s");
    assert.ok(error instanceof Error && errorCodeOf(error) !== "CONNECTION_LOST");
    assert.equal(running?.n, 0);
  });

  test(`a function behind pgbouncer ${program.version} finds a podcast that is there, each time`, async () => {
    const pooler = await open();
    const pool = openPool({ url: databaseUrl, max: 1, applicationName: "podcore-test" });
    after(pool.close);
    const [podcastId] = await insertDuePodcasts(pool.db, [`https://example.com/${program.version}.xml`]);
    const pages = await startArtifact({ name: "web-podcast-get", environment: { DATABASE_URL: pooler.url } });

    const statuses = await Promise.all(
      Array.from({ length: 60 }, async () => (await fetch(`${pages.url}/podcasts/${podcastId}`)).status),
    );

    assert.deepEqual(new Set(statuses), new Set([200]));
    await pages.stop();
  });
}
