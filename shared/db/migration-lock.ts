import { UserError } from "../errors.ts";
import { databaseFailure } from "./failure.ts";
import type { MigrationSession } from "./migration-session.ts";

export type MigrationLock = {
  /** @throws Error CONNECTION_LOST, when the lock went with its connection */
  assertHeld(): void;
  release(): Promise<void>;
};

// Any number will do, as long as nothing else in the database uses it: "podc" in ASCII.
const LOCK_KEY = 0x706f6463;
const POLL_MS = 100;
// Another migrator may be building an index; beyond this the Job's own retry is better than waiting.
const TIMEOUT_MS = 120_000;
// Firewalls and proxies commonly forget connections that were silent for some minutes. And so that a loss is noticed.
const KEEPALIVE_MS = 20_000;

/**
 * Takes the lock that lets one migrator work at a time. An idle transaction of `session` holds it, because behind a
 * pooler only a transaction is sure to keep its connection. It has no snapshot, so no index build waits for it.
 *
 * Each attempt is a transaction of its own: migrators that wait must not use up a pooler's connections.
 */
export async function takeMigrationLock(session: MigrationSession): Promise<MigrationLock> {
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
      throw databaseFailure("CONNECTION_LOST", "The connection that held the lock of the migration was lost");
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
