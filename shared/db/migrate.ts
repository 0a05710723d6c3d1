import { UserError } from "../errors.ts";
import { elapsed, type Log } from "../log/log.ts";
import { applyMigration } from "./apply-migration.ts";
import { errorCodeOf, isTransient } from "./failure.ts";
import { explainFault, hasCode } from "./migration-fault.ts";
import { acquireMigrationLock } from "./migration-lock.ts";
import { type MigrationSession, openMigrationSession } from "./migration-session.ts";
import { checkRequirements } from "./requirements.ts";
import { pauseBefore } from "./retry.ts";

/**
 * One file of drizzle/, embedded by the build. `when` is its position in order. `hash` is drizzle's: the file's SHA-256 in
 * hex. `supersedes` lists hashes of earlier versions of the file that produce the same schema.
 */
export type Migration = {
  tag: string;
  when: number;
  hash: string;
  statements: string[];
  supersedes?: readonly string[];
};
type Applied = { hash: string; when: number };
type Options = {
  url: string;
  log: Log;
  migrations: readonly Migration[];
  /** Name of the setting that holds the URL, for error messages. */
  setting?: string;
};

// Enough for a Postgres that starts along with the migrator; not too long for an operator who mistyped the host.
const CONNECT_FOR_MS = 10_000;
// Longer than a restart or a failover. Also how long a migration tries to get its table locks, half a second at a time.
const RETRY_FOR_MS = 120_000;
const NEVER = new AbortController().signal;

/**
 * Applies pending `migrations` and returns the tags of those applied. Safe to run concurrently: one migrator works, and
 * the others wait and find nothing to do. Records migrations in drizzle's own table. Works through poolers.
 *
 * After a lost connection or a lock timeout it starts again with the remaining migrations.
 *
 * @throws UserError that says what is wrong with the database, the URL or a migration, and how to fix it
 */
export async function migrate(options: Options): Promise<string[]> {
  const { url, log, setting = "DATABASE_URL" } = options;
  const applied: string[] = [];
  let failingSince: number | undefined;
  let hasConnected = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await migrateOnce({
        ...options,
        applied,
        onConnected: () => {
          hasConnected = true;
        },
        onProgress: () => {
          failingSince = undefined;
        },
      });
      log.info("Schema is up to date", { num_applied: applied.length });
      return applied;
    } catch (error) {
      const now = performance.now();
      failingSince ??= now;
      const isLate = now - failingSince > (hasConnected ? RETRY_FOR_MS : CONNECT_FOR_MS);
      if (isLate || !isWorthRetrying(error, hasConnected)) throw explainFault(error, { url, setting });
      if (now === failingSince) log.warn("Migration was interrupted: retrying", { code: errorCodeOf(error) });
      await pauseBefore(attempt, NEVER);
    }
  }
}

type Run = Options & { applied: string[]; onConnected(): void; onProgress(): void };

async function migrateOnce({ url, log, migrations, applied, onConnected, onProgress }: Run): Promise<void> {
  const holder = await openMigrationSession(url);
  let session: MigrationSession | undefined;
  try {
    onConnected();
    await checkRequirements(holder);
    const lock = await acquireMigrationLock(holder);
    try {
      session = await openMigrationSession(url);
      for (const migration of selectPending(migrations, await readApplied(session))) {
        const { tag } = migration;
        const startedAt = performance.now();
        const isApplied = await applyMigration({ session, lock, migration, onProgress }).catch((cause: unknown) => {
          throw new Error(`Cannot apply migration "${tag}"`, { cause });
        });
        onProgress();
        if (!isApplied) continue;
        applied.push(tag);
        log.info("Migration applied", { tag, elapsed: elapsed(performance.now() - startedAt) });
      }
    } finally {
      await lock.release();
    }
  } finally {
    session?.close();
    holder.close();
  }
}

async function readApplied(session: MigrationSession): Promise<Applied[]> {
  const [table] = await session.run(
    "select 1 from pg_tables where schemaname = 'drizzle' and tablename = '__drizzle_migrations'",
  );
  if (table === undefined) {
    await session.transaction(async () => {
      await session.run("create schema if not exists drizzle");
      await session.run(
        "create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)",
      );
    });
  }
  const rows = await session.run(
    'select hash, created_at::float8 as "when" from drizzle.__drizzle_migrations order by created_at',
  );
  return rows.map(({ hash, when }) => ({ hash: String(hash), when: Number(when) }));
}

/** Returns true if the failure may go away by itself. An unknown host is probably mistyped, unless it was known before. */
function isWorthRetrying(error: unknown, hasConnected: boolean): boolean {
  // lock_not_available
  if (errorCodeOf(error) === "55P03") return true;
  return isTransient(error) && (hasConnected || !hasCode(error, ["ENOTFOUND"]));
}

/**
 * Returns the migrations left to apply. Migrations that only the database knows come from newer code, so they must be
 * the newest.
 *
 * @throws UserError 500 if the database's history contradicts `migrations`
 */
export function selectPending(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const hashes = new Map(applied.map(({ when, hash }) => [when, hash]));
  const newestApplied = applied.at(-1)?.when ?? 0;
  const newestKnown = migrations.at(-1)?.when ?? 0;
  for (const { tag, when, hash, supersedes = [] } of migrations) {
    const appliedHash = hashes.get(when);
    if (appliedHash !== undefined && ![hash, ...supersedes].includes(appliedHash)) {
      throw cannotMigrate(`"${tag}" was applied with the hash ${appliedHash}, but has the hash ${hash} here`);
    }
    if (appliedHash === undefined && when < newestApplied) {
      throw cannotMigrate(`"${tag}" was never applied, but newer ones were`);
    }
  }
  const known = new Set(migrations.map(({ when }) => when));
  const unknownMigration = applied.find(({ when }) => !known.has(when) && when < newestKnown);
  if (unknownMigration !== undefined) {
    throw cannotMigrate(
      `the database has a migration of ${new Date(unknownMigration.when).toISOString()} that is unknown here`,
    );
  }
  return migrations.filter(({ when }) => !hashes.has(when));
}

function cannotMigrate(reason: string): UserError {
  return new UserError(500, `Cannot migrate: ${reason}`);
}
