import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import type { Context } from "../../shared/context.ts";
import { podcast } from "../../shared/db/schema.ts";
import * as cleaner from "../../shared/mediators/cleaner.ts";
import { cleanPodcastFeedContents } from "../../shared/sql/clean-podcast-feed-contents.ts";
import { createContext } from "../support/context.ts";
import { insertDuePodcasts } from "../support/insert-podcast.ts";
import { createDatabase } from "../support/postgres.ts";

const lines: string[] = [];
const ctx = createContext({ databaseUrl: await createDatabase(), writeLog: (text) => lines.push(text) });

beforeEach(() => ctx.db.delete(podcast));

/** Inserts a podcast with raw feeds whose `numBytes` is their age in minutes. */
async function insertContents(feedUrl: string, num: number): Promise<number> {
  const [podcastId = 0] = await insertDuePodcasts(ctx.db, [feedUrl]);
  await ctx.db.execute(sql`
    insert into podcast_feed_content (podcast_id, sha256, body, num_bytes, base_url, retrieved_at)
    select ${podcastId}::bigint, sha256(age::text::bytea), '', age, '', podcore_now() - age * interval '1 minute'
    from generate_series(1, ${num}::int) as age order by age % 7`);
  return podcastId;
}

async function agesOf(podcastId: number): Promise<number[]> {
  const rows = await ctx.db.execute<{ age: number }>(
    sql`select num_bytes as age from podcast_feed_content where podcast_id = ${podcastId} order by num_bytes`,
  );
  return rows.map(({ age }) => age);
}

test("run() keeps the newest five raw feeds of each podcast, and tells how many it deleted", async () => {
  const [many, five, few] = [
    await insertContents("many", 9),
    await insertContents("five", 5),
    await insertContents("few", 2),
  ];

  const result = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(result, { numDeleted: { podcast_feed_content: 4 } });
  assert.deepEqual(await Promise.all([many, five, few].map(agesOf)), [
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5],
    [1, 2],
  ]);
  assert.match(lines.join(""), /Cleaned, rule: podcast_feed_content, num_deleted: 4/);
});

test("run() deletes nothing, when it runs again", async () => {
  await insertContents("many", 9);
  await cleaner.run(ctx, { budgetMs: 60_000 });

  const again = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(again, { numDeleted: { podcast_feed_content: 0 } });
});

test("run() goes on until nothing is left, over many batches", async () => {
  const podcastId = await insertContents("many", 2_505);

  const result = await cleaner.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(result, { numDeleted: { podcast_feed_content: 2_500 } });
  assert.deepEqual(await agesOf(podcastId), [1, 2, 3, 4, 5]);
});

test("run() deletes nothing, when its budget is used up or the process is to end", async () => {
  const podcastId = await insertContents("many", 9);
  const { config, db, log, caller, now, signal } = ctx;
  const fetch = () => Promise.reject(new Error("Nothing is fetched here"));
  const ending: Context = { config, db, log, caller, now, signal, fetch, draining: AbortSignal.abort() };

  const results = [await cleaner.run(ctx, { budgetMs: 0 }), await cleaner.run(ending, { budgetMs: 60_000 })];

  assert.deepEqual(results, Array(2).fill({ numDeleted: { podcast_feed_content: 0 } }));
  assert.equal((await agesOf(podcastId)).length, 9);
});

test("cleanPodcastFeedContents() deletes no more than a batch at a time", async () => {
  await insertContents("many", 30);

  const nums: number[] = [];
  for (let i = 0; i < 4; i++) nums.push(await cleanPodcastFeedContents(ctx.db, { limit: 10 }));

  assert.deepEqual(nums, [10, 10, 5, 0]);
});

test("cleanPodcastFeedContents() leaves alone what another transaction holds", async () => {
  const podcastId = await insertContents("many", 7);

  const num = await ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select 1 from podcast_feed_content where num_bytes = 7 for update`);
    return cleanPodcastFeedContents(ctx.db, { limit: 10 });
  });

  assert.equal(num, 1);
  assert.deepEqual(await agesOf(podcastId), [1, 2, 3, 4, 5, 7]);
});
