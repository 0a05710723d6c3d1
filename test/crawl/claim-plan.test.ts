import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "drizzle-orm";
import { claimDuePodcasts } from "../../shared/crawl/claim-due-podcasts.ts";
import { claimSuspectPodcast } from "../../shared/crawl/claim-podcast.ts";
import { findHostWaitMs } from "../../shared/crawl/hosts/find-host-wait.ts";
import type { Database } from "../../shared/db/pool.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertDuePodcasts } from "../support/rows.ts";

// The large host's and fifty of each of 100 others are due. All else is only in the way.
const NUM_LARGE = 5_000;
const NUM_PODCASTS = 200_000;
const NUM_HOSTS = 20_000;

const { db } = createContext({ databaseUrl: await createDatabase() });

async function fill(): Promise<void> {
  await insertDuePodcasts(
    db,
    Array.from({ length: NUM_LARGE }, (_, i) => `https://large.example.com/${i}`),
    { host: "large.example.com" },
  );
  for (let i = 0; i < 100; i += 1) {
    const host = `host-${i}.example.com`;
    await insertDuePodcasts(
      db,
      Array.from({ length: 50 }, (_, n) => `https://${host}/${n}`),
      { host },
    );
  }
  await db.once.transaction(async (tx) => {
    // Without triggers and foreign keys: these podcasts are never claimed, so that their crawls are enough.
    await tx.once.execute(sql`set local session_replication_role = replica`);
    await tx.once.execute(sql`
      insert into podcast_crawl (podcast_id, host, due_at, num_unfinished)
      select i, 'host-' || i % ${NUM_HOSTS}::int || '.example.com', podcore_now() + i % 86400 * interval '1 second' + interval '1 hour', 0
      from generate_series((select max(podcast_id) + 1 from podcast_crawl), ${NUM_PODCASTS}::int) i`);
    await tx.once.execute(sql`
      insert into crawl_host (host, ready_at)
      select host, min(due_at) from podcast_crawl group by host on conflict (host) do nothing`);
  });
  await db.once.execute(sql`vacuum analyze`);
}

/** Blocks that `work` read of the tables of a claim and their indexes, and how often it read a whole table. */
async function measure(work: (tx: Database) => Promise<unknown>): Promise<{ numBlocks: number; numScans: number }> {
  return db.once.transaction(async (tx) => {
    const read = async () => {
      const [row] = await tx.once.execute<{ blocks: string; scans: string }>(sql`
        select sum(pg_stat_get_xact_blocks_fetched(c.oid)) as blocks,
          sum(pg_stat_get_xact_numscans(c.oid)) filter (where c.relkind = 'r') as scans
        from pg_class c where c.oid in ('podcast_crawl'::regclass, 'crawl_host'::regclass) or c.oid in (
          select indexrelid from pg_index where indrelid in ('podcast_crawl'::regclass, 'crawl_host'::regclass))`);
      return { numBlocks: Number(row?.blocks), numScans: Number(row?.scans) };
    };
    const before = await read();
    await work(tx);
    const after = await read();
    return { numBlocks: after.numBlocks - before.numBlocks, numScans: after.numScans - before.numScans };
  });
}

test("fetch 75: of ten thousand podcasts that are due, a claim takes one of each host and reads few blocks", async () => {
  await fill();
  const numsBlocks: number[] = [];
  let numClaimed = 0;
  let numScans = 0;

  // The first ones are planned for their parameters, the later ones for any.
  for (let i = 0; i < 10; i += 1) {
    const claim = await measure(async (tx) => {
      numClaimed += (await claimDuePodcasts(tx, { limit: 10 })).length;
    });
    numsBlocks.push(claim.numBlocks / 10);
    numScans += claim.numScans;
  }
  const suspect = await measure(claimSuspectPodcast);
  const wait = await measure((tx) => findHostWaitMs(tx, { withinMs: 1_000 }));

  // One of each host, the large one among them.
  assert.equal(numClaimed, 100);
  assert.ok(Math.max(...numsBlocks) < 150, `blocks for a podcast: ${numsBlocks.join(", ")}`);
  assert.ok(suspect.numBlocks < 200 && wait.numBlocks < 200, `${suspect.numBlocks}, ${wait.numBlocks}`);
  assert.deepEqual([numScans, suspect.numScans, wait.numScans], [0, 0, 0]);
});
