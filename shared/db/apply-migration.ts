import type { Migration } from "./migrate.ts";
import type { MigrationLock } from "./migration-lock.ts";
import type { MigrationSession } from "./migration-session.ts";

/** First line of a migration whose statements run one by one, such as CREATE INDEX CONCURRENTLY. Each can be repeated. */
const NO_TRANSACTION = "-- podcore: no transaction";
/**
 * First line of a statement that changes many rows in batches. It is repeated, each time in a transaction of its own:
 * $1 is the last id of the batch before (0 at first), and it returns the last id of its own as "last", NULL at the end.
 */
const IN_BATCHES = "-- podcore: in batches";
// What another migrator builds, or the server still builds for one that was killed.
const BUILD_POLL_MS = 500;
const MIGRATIONS_TABLE = "drizzle.__drizzle_migrations";

type Options = {
  session: MigrationSession;
  lock: MigrationLock;
  migration: Migration;
  /** Called with each step after which a broken migration goes on further ahead. */
  onProgress(): void;
};

/**
 * Applies one migration, unless another migrator has done so meanwhile. One in a transaction is applied whole or not at
 * all. One without is repeated from its start after a failure, and finds done what was done.
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
    // Whoever migrates without holding the lock any more waits here, and then sees what the other has done. Readers, such
    // as the functions' check of the schema, do not.
    await session.run(`lock table ${MIGRATIONS_TABLE} in share row exclusive mode`);
    const [row] = await session.run(`select 1 from ${MIGRATIONS_TABLE} where created_at = ${migration.when}`);
    if (row !== undefined) return false;
    // In one text: locks that one statement takes are held until the commit, and each round trip would lengthen that.
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

/** Builds an index, also in place of one that a build which was broken off has left invalid. */
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
  // It would be kept up to date with every write, and never be read.
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
