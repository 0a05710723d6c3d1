import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "drizzle-orm";
import type { Context } from "../../shared/context.ts";
import * as crawlOverview from "../../shared/operator/crawl-overview.ts";
import * as crawlReport from "../../shared/operator/crawl-report.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";

const NUM_PODCASTS = 200_000;
const BATCH_SIZE = 20_000;
const NUM_HOSTS = 20_000;
// The tables that grow with the number of podcasts.
const TABLES = ["podcast", "podcast_crawl", "podcast_feed_location", "crawl_host", "job", "podcast_quarantine"];

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;

/** Every 20th podcast fails, every 1000th is something else, and every 500th has the GUID of the one before. Every 100th host is slow. */
async function fill(): Promise<void> {
  await db.once.transaction(async (tx) => {
    // Without triggers and foreign keys, which would take minutes.
    await tx.once.execute(sql`set local session_replication_role = replica`);
    // Each statement within its timeout: titles have an index of trigrams.
    for (let from = 1; from < NUM_PODCASTS; from += BATCH_SIZE) {
      await tx.once.execute(sql`
        insert into podcast (id, title, podcast_guid, feed_kind, namespace, merged_at, taken_down_at, taken_down_reason) overriding system value
        select i, 'Show ' || i, md5((i - (i % 500 = 8)::int)::text)::uuid::text, 'rss', '{}'::jsonb, case when i % 1000 = 5 then podcore_now() end,
          case when i % 1000 = 6 then podcore_now() end, case when i % 1000 = 6 then 'A copy' end
        from generate_series(${from}::int, ${from + BATCH_SIZE - 1}::int) i`);
    }
    await tx.once.execute(sql`
      insert into podcast_crawl (podcast_id, host, due_at, num_failures, num_unfinished, hollow_since, moved_to_url, moved_since)
      select i, 'host-' || i % ${NUM_HOSTS}::int || '.example.com', podcore_now() + i % 86400 * interval '1 second',
        case when i % 20 = 0 then 1 + i % 90 else 0 end, case when i % 1000 = 1 then 1 else 0 end,
        case when i % 1000 = 2 then podcore_now() end, case when i % 1000 = 3 then 'https://new.example.com/' || i end,
        case when i % 1000 = 3 then podcore_now() end
      from generate_series(1, ${NUM_PODCASTS}::int) i`);
    await tx.once.execute(sql`
      insert into podcast_feed_location (podcast_id, feed_url, is_current)
      select i, 'https://host-' || i % ${NUM_HOSTS}::int || '.example.com/' || i, true
      from generate_series(1, ${NUM_PODCASTS}::int) i`);
    await tx.once.execute(sql`
      insert into podcast_quarantine (podcast_id, feed_url, found_url, title, num_items, decision, decided_at)
      select i, 'https://a.example.com/', 'https://a.example.com/', 'Another', 1,
        case when i % 100 <> 4 then 'same' end, case when i % 100 <> 4 then podcore_now() end
      from generate_series(1, ${NUM_PODCASTS}::int) i where i % 10 = 4`);
    await tx.once.execute(sql`
      insert into podcast_merge (loser_id, winner_id)
      select i, i + 1 from generate_series(1, ${NUM_PODCASTS}::int) i where i % 1000 = 5`);
    await tx.once.execute(sql`
      insert into crawl_host (host, ready_at, slowness)
      select 'host-' || i || '.example.com', podcore_now(), case when i % 100 = 0 then 120 else 1 end
      from generate_series(0, ${NUM_HOSTS - 1}::int) i`);
    await tx.once.execute(sql`
      insert into job (name, args, parked_at)
      select 'no_op', '{}'::jsonb, case when i % 100 = 0 then podcore_now() end from generate_series(1, 50000) i`);
  });
  await db.once.execute(sql`vacuum analyze`);
}

/** Blocks that `work` read of the tables and their indexes, and the tables that it read from end to end. */
async function measure(work: (own: Context) => Promise<unknown>): Promise<{ numBlocks: number; scanned: string[] }> {
  const tables = sql`(select value::regclass from jsonb_array_elements_text(${JSON.stringify(TABLES)}::jsonb))`;
  return db.once.transaction(async (tx) => {
    const read = async () =>
      tx.once.execute<{ name: string; kind: string; blocks: string; scans: string }>(sql`
        select c.relname as name, c.relkind as kind, pg_stat_get_xact_blocks_fetched(c.oid) as blocks,
          pg_stat_get_xact_numscans(c.oid) as scans
        from pg_class c where c.oid in ${tables} or c.oid in (select indexrelid from pg_index where indrelid in ${tables})
        order by c.oid`);
    const before = await read();
    await work(ctx.with({ db: tx }));
    const after = await read();
    const grown = after.map((row, i) => ({
      ...row,
      numBlocks: Number(row.blocks) - Number(before[i]?.blocks),
      numScans: Number(row.scans) - Number(before[i]?.scans),
    }));
    return {
      numBlocks: grown.reduce((sum, { numBlocks }) => sum + numBlocks, 0),
      scanned: grown.filter(({ kind, numScans }) => kind === "r" && numScans > 0).map(({ name }) => name),
    };
  });
}

test("no list, search or report for the operator reads a whole table, however many podcasts there are", async () => {
  await fill();
  const figures: Record<string, number> = {};
  const scanned: Record<string, string[]> = {};
  const look = async (name: string, work: (own: Context) => Promise<unknown>) => {
    // The first ones are planned for their parameters, the later ones for any.
    for (let i = 0; i < 7; i += 1) {
      const read = await measure(work);
      figures[name] = Math.max(figures[name] ?? 0, read.numBlocks);
      if (read.scanned.length > 0) scanned[name] = read.scanned;
    }
  };

  await look("counts", (own) => crawlOverview.run(own, {}));
  for (const list of crawlOverview.LISTS) {
    const { podcasts, hosts, jobs } = await crawlOverview.run(ctx, { list });
    const page = podcasts ?? hosts ?? jobs;
    assert.equal(page?.items.length, 50, list);
    await look(list, (own) => crawlOverview.run(own, { list }));
    await look(`${list}, next page`, (own) => crawlOverview.run(own, { list, after: page?.after }));
  }
  for (const query of ["https://host-7.example.com/7", "host-7.example.com", "7", "show 777"])
    await look(query, (own) => crawlOverview.run(own, { query }));
  await look("report", (own) => crawlReport.run(own, { which: { podcastId: 6 } }));

  assert.deepEqual(scanned, {}, JSON.stringify(figures));
  // podcast alone has more blocks than are read for all counts, each of which looks up to 1 000 podcasts up.
  const { counts = 0, report = 0 } = figures;
  assert.ok(counts > 0 && counts < 15_000 && report < 200, JSON.stringify(figures));
  // Reads the index of all GUIDs, and looks each podcast up that has one in common.
  for (const list of ["same-guid", "same-guid, next page"]) {
    assert.ok((figures[list] ?? Infinity) < counts + 15_000, JSON.stringify(figures));
    delete figures[list];
  }
  assert.ok(Math.max(...Object.values(figures)) < counts + 4_000, JSON.stringify(figures));
});
