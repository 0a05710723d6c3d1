import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "drizzle-orm";
import * as episodePublisher from "../../../shared/crawl/episode-publisher.ts";
import { type Described, matchEpisodes } from "../../../shared/crawl/episodes/match-episodes.ts";
import { upsertEpisodes } from "../../../shared/crawl/episodes/upsert-episodes.ts";
import type { Database } from "../../../shared/db/pool.ts";
import { readFeed } from "../../../shared/feed/read-feed.ts";
import { countNewEpisodes } from "../../../shared/listening/count-new-episodes.ts";
import { listChangedNewEpisodes } from "../../../shared/listening/list-changed-new-episodes.ts";
import { listNewEpisodes } from "../../../shared/listening/list-new-episodes.ts";
import * as subscriptionUpdater from "../../../shared/listening/subscription-updater.ts";
import { fillCatalogue } from "../../bench/large-account.ts";
import { measureBlock } from "../../support/block-meter.ts";
import { insertAccount } from "../../support/rows.ts";
import { createCrawls, feedOf, type Item } from "./crawls.ts";

const { add, episodesOf } = await createCrawls();

/** Items with dates of their own, the newest first. */
function items(count: number, prefix: string): Item[] {
  return Array.from({ length: count }, (_, i) => ({
    title: `Title ${i}`,
    guid: `${prefix}-${i}`,
    date: new Date(Date.UTC(2026, 0, 1) - i * 3_600_000).toUTCString(),
  }));
}

test("all episodes of a large show keep their ids, when all guids change", { timeout: 110_000 }, async () => {
  const { podcastId, crawl } = await add(feedOf(items(3_000, "a")));
  const before = await episodesOf(podcastId);

  const result = await crawl(feedOf(items(3_000, "b")));

  assert.ok(result.kind === "changed");
  assert.deepEqual([result.numInserted, result.numUpdated], [0, 3_000]);
  const after = await episodesOf(podcastId);
  assert.deepEqual(
    after.map(({ id, title }) => [id, title]),
    before.map(({ id, title }) => [id, title]),
  );
  assert.ok(after.every(({ guid, absentSince }) => guid.startsWith("b-") && absentSince === null));
});

test("upsertEpisodes() gives others their turn within 50 ms, with 13 MB of show notes", {
  timeout: 110_000,
}, async (t) => {
  const { ctx, add } = await createCrawls();
  const { podcastId } = await add(feedOf(items(1, "a")));
  // Each of these takes six characters as HTML and two as JSON.
  const extra = `<description>${'"'.repeat(64_000)}</description>`;
  const body = Buffer.from(feedOf(items(200, "b").map((item) => ({ ...item, extra }))));
  const feed = await readFeed({ body, contentType: undefined, url: "https://e.com/feed" });

  const { result, blockMs } = await measureBlock(() => upsertEpisodes(ctx.db, { podcastId, feed }));

  t.diagnostic(`blocked for ${blockMs.toFixed(1)} ms`);
  assert.equal(result.numInserted + result.numUpdated, 200);
  assert.ok(blockMs < 500, `blocked for ${blockMs} ms`);
});

const described = (i: number, values: Partial<Described> = {}): Described => ({
  title: `Title ${i}`,
  publishedAt: new Date(Date.UTC(2026, 0, 1) - i * 3_600_000),
  durationSeconds: 60 + i,
  mediaUrl: `https://media.example.com/${i}.mp3`,
  mediaBytes: undefined,
  season: undefined,
  episodeNumber: undefined,
  isListed: true,
  ...values,
});

// A thousand times what a comparison of each with each would have to beat takes minutes.
for (const [name, values, numMatches] of [
  ["differ", {}, 20_000],
  ["have all the same title", { title: "Same" }, 20_000],
  [
    "are all the same",
    { title: "Same", publishedAt: new Date(0), durationSeconds: 60, mediaUrl: "https://e.com/1.mp3" },
    0,
  ],
] as const) {
  test(`matchEpisodes() takes time linear in 20 000 items and rows that ${name}, and blocks for little of it`, async () => {
    const list = Array.from({ length: 20_000 }, (_, i) => described(i, values));

    const { result, blockMs } = await measureBlock(() => matchEpisodes({ items: list, rows: list, otherTitles: [] }));

    assert.equal(result.size, numMatches);
    assert.ok([...result].every(([item, row]) => item === row));
    assert.ok(blockMs < 1_000, `blocked for ${blockMs} ms`);
  });
}

test("storing a feed and listing new episodes reads no other show's episodes", async () => {
  const { ctx, add } = await createCrawls();
  await fillCatalogue(ctx.db, { numPodcasts: 300, numEpisodes: 100 });
  const { podcastId } = await add(feedOf(items(20, "a")));
  const accountId = await insertAccount(ctx.db);
  await subscriptionUpdater.run(ctx, { accountId, podcastId, isSubscribed: true });
  await ctx.db.once.execute(sql`analyze`);
  const body = Buffer.from(feedOf(items(21, "b")));
  const feed = await readFeed({ body, contentType: undefined, url: "https://e.com/feed" });
  const page = { accountId, parts: { hasDetails: false, hasNotes: false }, first: 20, after: undefined };
  const since = { sequence: 0, at: new Date(Date.now() - 86_400_000) };

  for (const [name, work] of Object.entries({
    upsertEpisodes: (db: Database) => upsertEpisodes(db, { podcastId, feed }),
    episodePublisher: (db: Database) => episodePublisher.run(ctx.with({ database: () => db })),
    countNewEpisodes: (db: Database) => countNewEpisodes(db, { accountId, podcastIds: [podcastId] }),
    listNewEpisodes: (db: Database) => listNewEpisodes(db, page),
    listChangedNewEpisodes: (db: Database) => listChangedNewEpisodes(db, { ...page, since }),
  })) {
    const [read] = await ctx.db.once.transaction(async (tx) => {
      await work(tx);
      return tx.once.execute<{ num_scans: number; num_rows: number }>(sql`
        select seq_scan::int as num_scans, idx_tup_fetch::int as num_rows
        from pg_stat_xact_user_tables where relname = 'episode'`);
    });

    assert.equal(read?.num_scans, 0, name);
    assert.ok(read.num_rows < 1_000, `${name} read ${read.num_rows} rows`);
  }
});
