import type { Migration } from "./migrate.ts";
import type { MigrationLock } from "./migration-lock.ts";
import type { MigrationSession } from "./migration-session.ts";

/** First line of a migration that runs its statements one by one, such as CREATE INDEX CONCURRENTLY. Each is repeatable. */
const NO_TRANSACTION = "-- podcore: no transaction";
/**
 * First line of a statement that changes many rows in batches. It runs once per batch, each time in its own transaction.
 * $1 is the previous batch's last ID, at first 0. It returns its own batch's last ID as "last", or NULL at the end.
 */
const IN_BATCHES = "-- podcore: in batches";
// How often to check an index that another migrator, or the server for a killed migrator, is still building.
const BUILD_POLL_MS = 500;
const MIGRATIONS_TABLE = "drizzle.__drizzle_migrations";

type Options = {
  session: MigrationSession;
  lock: MigrationLock;
  migration: Migration;
  /** Called after each step that a restarted migration will not repeat. */
  onProgress(): void;
};

/**
 * Applies one migration, unless another migrator has done so meanwhile. A migration in a transaction is applied entirely
 * or not at all. After a failure, a migration without a transaction starts over and skips the finished work.
 *
 * @returns whether this call applied it
 */
export async function applyMigration(options: Options): Promise<boolean> {
  const { session, lock, migration, onProgress } = options;
  const isResumable = migration.statements[0]?.startsWith(NO_TRANSACTION) === true;
  if (isResumable) {
    for (const statement of migration.statements) {
      lock.assertHeld();
      await runResumable(session, { statement, lock, onProgress });
      onProgress();
    }
  }
  lock.assertHeld();
  return session.transaction(async () => {
    // A migrator that has lost the migration lock waits here, and then sees what the other migrator did. Readers, such as
    // the functions' schema check, do not wait.
    await session.run(`lock table ${MIGRATIONS_TABLE} in share row exclusive mode`);
    const [row] = await session.run(`select 1 from ${MIGRATIONS_TABLE} where created_at = ${migration.when}`);
    if (row !== undefined) return false;
    // All statements in one text: locks are held until the commit, and each round trip would lengthen that time.
    if (!isResumable) await session.run(migration.statements.join("\n;\n"));
    await session.run(`insert into ${MIGRATIONS_TABLE} (hash, created_at) values ($1, ${migration.when})`, [
      migration.hash,
    ]);
    return true;
  });
}

type Step = Pick<Options, "lock" | "onProgress"> & { statement: string };

async function runResumable(session: MigrationSession, { statement, lock, onProgress }: Step): Promise<void> {
  if (statement.startsWith(IN_BATCHES)) {
    let last: unknown = 0;
    while (last !== null && last !== undefined) {
      lock.assertHeld();
      const from = last;
      last = await session.transaction(async () => (await session.run(statement, [from]))[0]?.last);
      onProgress();
    }
    return;
  }
  const command = statement.replace(/^\s*--.*$/gm, "").trim();
  const index = /^create (?:unique )?index concurrently (?:if not exists )?"?(\w+)/i.exec(command)?.[1];
  if (index !== undefined) await buildIndex(session, { index, statement });
  else if (/\bconcurrently\b/i.test(command)) await session.run(statement);
  else await session.transaction(() => session.run(statement));
}

/** Builds an index. Replaces an invalid one that an interrupted build left behind. */
async function buildIndex(
  session: MigrationSession,
  { index, statement }: { index: string; statement: string },
): Promise<void> {
  let state = await readIndexState(session, index);
  while (state === "building") {
    await new Promise((resolve) => setTimeout(resolve, BUILD_POLL_MS));
    state = await readIndexState(session, index);
  }
  if (state === "valid") return;
  // Every write would still update an invalid index, but no query would use it.
  if (state === "invalid") await session.run(`drop index concurrently if exists "${index}"`);
  await session.run(statement);
}

async function readIndexState(
  session: MigrationSession,
  index: string,
): Promise<"none" | "building" | "invalid" | "valid"> {
  const [row] = await session.run(`
    select i.indisvalid as is_valid,
      exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid) as is_building
    from pg_index i where i.indexrelid = to_regclass('"${index}"')`);
  if (row === undefined) return "none";
  if (row.is_valid === true) return "valid";
  return row.is_building === true ? "building" : "invalid";
}
