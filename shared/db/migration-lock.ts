import { UserError } from "../errors.ts";
import { databaseFailure } from "./failure.ts";
import type { MigrationSession } from "./migration-session.ts";

export type MigrationLock = {
  /** @throws Error CONNECTION_LOST if the connection was lost, and the lock with it */
  assertHeld(): void;
  release(): Promise<void>;
};

// "podc" in ASCII. Any number works that nothing else in the database uses.
const LOCK_KEY = 0x706f6463;
const POLL_MS = 100;
// Another migrator may be building an index. After this time, the Job's own retry is better than waiting.
const TIMEOUT_MS = 120_000;
// Firewalls and proxies often drop connections that are silent for some minutes. It also detects a lost connection.
const KEEPALIVE_MS = 20_000;

/**
 * Acquires the lock that lets one migrator work at a time. An idle transaction of `session` holds it, because behind a
 * pooler only a transaction keeps its connection. The transaction has no snapshot, so no index build waits for it.
 *
 * Each attempt is a separate transaction, so that waiting migrators do not use up a pooler's connections.
 *
 * @throws UserError 503 if another migrator holds the lock for two minutes
 */
export async function acquireMigrationLock(session: MigrationSession): Promise<MigrationLock> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await tryLock(session))) {
    if (performance.now() > deadline) {
      throw new UserError(503, `Cannot migrate: another migrator has held the lock for ${TIMEOUT_MS / 1_000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const timer = setInterval(() => void session.run("select 1").catch(() => {}), KEEPALIVE_MS).unref();
  return {
    assertHeld() {
      if (session.isClean) return;
      throw databaseFailure("CONNECTION_LOST", "The connection that held the migration lock was lost");
    },
    async release() {
      clearInterval(timer);
      if (session.isClean) await session.run("rollback").catch(() => {});
    },
  };
}

async function tryLock(session: MigrationSession): Promise<boolean> {
  await session.begin({ lockTimeoutMs: 0 });
  const [row] = await session.run(`select pg_try_advisory_xact_lock(${LOCK_KEY}::int) as is_taken`);
  if (row?.is_taken === true) return true;
  await session.run("rollback");
  return false;
}
