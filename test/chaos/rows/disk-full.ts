import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChaosRow } from "../chaos.ts";
import { startFeeds } from "../feeds.ts";
import { insertDue } from "../insert-due.ts";
import { send } from "../load.ts";
import { countLost, PING } from "./terminations.ts";

const DISK_MEGABYTES = 160;

/** The disk is full, then the database is read-only: nothing is lost, nobody is charged, and it recovers by itself. */
export const diskFull: ChaosRow = {
  name: "disk-full",
  about: `a disk of ${DISK_MEGABYTES} MB that is full, and a database that takes no writes`,
  async run(chaos, scale) {
    // Not in the run's own folder, which is removed before this is unmounted.
    const mount = mkdtempSync(join(tmpdir(), "podcore-chaos-disk-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MEGABYTES}m,mode=755`, "tmpfs", mount], {
        stdio: "pipe",
      });
    } catch (error) {
      // It takes root and the right to mount.
      return [{ what: `skipped: ${String(error).split("\n")[0]}`, measured: "-", target: "-", isMet: true }];
    }
    try {
      const settings = { max_wal_size: "32MB", min_wal_size: "32MB", wal_keep_size: 0 };
      const database = await chaos.startDatabase(settings, join(mount, "postgres"));
      const { sql } = database;
      const feeds = await startFeeds({ numFeeds: Math.max(20, Math.round(200 * scale)), growth: 0.5 });
      await insertDue(database.url, feeds.urls);
      const environment = {
        DATABASE_URL: database.url,
        PODCORE_FETCH_ALLOW: "127.0.0.0/8",
        PODCORE_LOG_LEVEL: "error",
      };
      const internal = await chaos.start("internal", { ...environment, PODCORE_TICK_BUDGET_MS: "20000" });
      const tick = () => send({ url: `${internal.url}/tick/crawl`, method: "POST", headers: PING, body: "{}" });
      const charged = async () =>
        (await sql`select count(*)::int as n from podcast_crawl where num_failures > 0 or last_error is not null`)[0]
          ?.n;

      const { bavail, bsize } = statfsSync(mount);
      // Half a megabyte is left: for the first commits, and no more.
      writeFileSync(join(mount, "ballast"), Buffer.alloc(Math.max(0, bavail * bsize - 500_000)));
      const full = await tick();
      const chargedFull = await charged();
      rmSync(join(mount, "ballast"));

      const name = new URL(database.url).pathname.slice(1);
      await sql.unsafe(`alter database ${name} set default_transaction_read_only = on`);
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'podcore%'`;
      const readOnly = await tick();
      const chargedReadOnly = await charged();
      await sql.unsafe("set default_transaction_read_only = off");
      await sql.unsafe(`alter database ${name} reset default_transaction_read_only`);
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'podcore%'`;

      await sql`update podcast_crawl set due_at = podcore_now(), host = podcast_id || '.example', lease_expires_at = null`;
      const after = await tick();
      const numLost = await countLost(sql, feeds);
      feeds.close();
      return [
        { what: "disk full: the tick's answer", measured: full.status, target: "503", isMet: full.status === 503 },
        { what: "disk full: podcasts charged", measured: chargedFull, target: 0, isMet: chargedFull === 0 },
        {
          what: "read-only: the tick's answer",
          measured: readOnly.status,
          target: "503",
          isMet: readOnly.status === 503,
        },
        { what: "read-only: podcasts charged", measured: chargedReadOnly, target: 0, isMet: chargedReadOnly === 0 },
        { what: "afterwards: the tick's answer", measured: after.status, target: 200, isMet: after.status === 200 },
        {
          what: `afterwards: episodes lost or doubled (${feeds.requests.length} GETs)`,
          measured: numLost,
          target: 0,
          isMet: numLost === 0,
        },
      ];
    } finally {
      await chaos.close();
      execFileSync("umount", [mount]);
      rmdirSync(mount);
    }
  },
};
