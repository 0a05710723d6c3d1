import postgres from "postgres";
import { elapsed, type Log } from "../log/log.ts";

/** One file of drizzle/, embedded by the build. `when` orders it, `hash` is drizzle's: sha256 of the file, hex. */
export type Migration = { tag: string; when: number; hash: string; statements: string[] };
type Applied = { hash: string; when: number };

// Any number will do, as long as nothing else in the database uses it: "podc" in ASCII.
const LOCK_KEY = 0x706f6463;
const LOCK_POLL_MS = 100;
// Another migrator may be building an index; beyond this the Job's own retry is better than waiting.
const LOCK_TIMEOUT_MS = 120_000;
// First line of a migration that cannot run in a transaction, such as CREATE INDEX CONCURRENTLY.
const NO_TRANSACTION = "-- podcore: no transaction";

/**
 * Brings the database's schema up to `migrations`, one transaction each, and returns the tags applied. Safe to run any
 * number of times at once: one works, the others wait and find nothing to do. Keeps drizzle's own table.
 *
 * @throws Error when an applied migration's hash differs, when one was left out, or when the lock is not to be had
 */
export async function migrate(options: { url: string; log: Log; migrations: readonly Migration[] }): Promise<string[]> {
  const sql = postgres(options.url, {
    max: 1,
    onnotice: () => {},
    fetch_types: false,
    // ALTER TABLE that waits for its lock blocks every reader behind it: rather fail, and be run again.
    connection: { application_name: "podcore-migrate", lock_timeout: 10_000, statement_timeout: 0 },
  });
  try {
    await takeLock(sql);
    await sql`create schema if not exists drizzle`;
    await sql`create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`;
    const applied = await sql<
      Applied[]
    >`select hash, created_at::float8 as "when" from drizzle.__drizzle_migrations order by created_at`;
    const pending = selectPending(options.migrations, applied);
    for (const migration of pending) {
      const startedAt = performance.now();
      await apply(sql, migration);
      options.log.info("Migration applied", { tag: migration.tag, elapsed: elapsed(performance.now() - startedAt) });
    }
    options.log.info("Schema is up to date", { num_applied: pending.length });
    return pending.map(({ tag }) => tag);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** What is left to apply. Migrations that only the database knows are those of newer code, and must be the newest. */
export function selectPending(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const hashes = new Map(applied.map(({ when, hash }) => [when, hash]));
  const newestApplied = applied.at(-1)?.when ?? 0;
  const newestKnown = migrations.at(-1)?.when ?? 0;
  for (const { tag, when, hash } of migrations) {
    const appliedHash = hashes.get(when);
    if (appliedHash !== undefined && appliedHash !== hash) {
      throw new Error(`Cannot migrate: "${tag}" was applied with the hash ${appliedHash}, and is ${hash} here`);
    }
    if (appliedHash === undefined && when < newestApplied) {
      throw new Error(`Cannot migrate: "${tag}" was never applied, but newer ones were`);
    }
  }
  const known = new Set(migrations.map(({ when }) => when));
  const stranger = applied.find(({ when }) => !known.has(when) && when < newestKnown);
  if (stranger !== undefined) {
    throw new Error(
      `Cannot migrate: the database has a migration of ${new Date(stranger.when).toISOString()} that is unknown here`,
    );
  }
  return migrations.filter(({ when }) => !hashes.has(when));
}

/** Polls, because a migrator that blocks on the lock would deadlock with CREATE INDEX CONCURRENTLY in another (40P01). */
async function takeLock(sql: postgres.Sql): Promise<void> {
  const deadline = Date.now() + LOCK_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const [row] = await sql`select pg_try_advisory_lock(${LOCK_KEY}::int) as taken`;
    if (row?.taken === true) return;
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
  throw new Error(`Cannot migrate: another migrator has held the lock for ${LOCK_TIMEOUT_MS / 1000} s`);
}

async function apply(sql: postgres.Sql, migration: Migration): Promise<void> {
  const run = async (tx: postgres.Sql | postgres.TransactionSql): Promise<void> => {
    for (const statement of migration.statements) await tx.unsafe(statement);
    await tx`insert into drizzle.__drizzle_migrations (hash, created_at) values (${migration.hash}, ${migration.when})`;
  };
  try {
    if (migration.statements[0]?.startsWith(NO_TRANSACTION)) await run(sql);
    else await sql.begin(run);
  } catch (error) {
    throw new Error(`Cannot apply migration "${migration.tag}"`, { cause: error });
  }
}
