import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { claimDuePodcasts } from "../../shared/crawl/claim-due-podcasts.ts";
import * as feedLocationUpgrader from "../../shared/crawl/feed-location-upgrader.ts";
import { upgradeFeedLocations } from "../../shared/crawl/feed-location-upgrader.ts";
import { podcast } from "../../shared/db/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertDuePodcasts } from "../support/rows.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });

beforeEach(() => ctx.db.once.delete(podcast));

function upgrade(): Promise<feedLocationUpgrader.UpgradeResult> {
  return feedLocationUpgrader.run(ctx, { budgetMs: 60_000 });
}

/** Every URL by the podcast's place, the current one first. */
async function locations(): Promise<string[][]> {
  const rows = await ctx.db.once.execute<{ podcast_id: string; feed_url: string }>(
    sql`select podcast_id, feed_url from podcast_feed_location order by podcast_id, is_current desc, feed_url`,
  );
  return [...Map.groupBy(rows, (row) => row.podcast_id).values()].map((group) => group.map((row) => row.feed_url));
}

for (const [name, feedUrl, otherUrl] of [
  ["the very host serves another feed over https", "http://feeds.example.com/a", "https://feeds.example.com/b"],
  ["the very port does", "http://example.com:8080/a", "https://example.com:8080/b"],
  ["the host does, and the URL holds credentials", "http://me:secret@example.com/a", "https://example.com/b"],
  ["it is one of libsyn.com's", "http://show.libsyn.com/rss", "https://example.com/b"],
] as const) {
  test(`run() makes the https twin current and keeps the http URL, when ${name}`, async () => {
    await insertDuePodcasts(ctx.db, [feedUrl, otherUrl]);

    const result = await upgrade();

    assert.deepEqual(result, { numUpgraded: 1 });
    assert.deepEqual(await locations(), [[feedUrl.replace("http:", "https:"), feedUrl], [otherUrl]]);
  });
}

for (const [name, feedUrl, otherUrl] of [
  ["another host of the domain serves https", "http://feeds.example.com/a", "https://example.com/b"],
  ["another port does", "http://example.com:8080/a", "https://example.com/b"],
  ["its host serves feeds over http only", "http://example.com/a", "http://example.com/b"],
  ["its host only ends like libsyn.com", "http://notlibsyn.com/rss", "https://example.com/b"],
  ["another URL's path names the host", "http://a.example.com/a", "https://example.com/a.example.com"],
  ["the twin is another podcast's", "http://example.com/a", "https://example.com/a"],
] as const) {
  test(`run() leaves a location as it is, when ${name}`, async () => {
    await insertDuePodcasts(ctx.db, [feedUrl, otherUrl]);

    const result = await upgrade();

    assert.deepEqual(result, { numUpgraded: 0 });
    assert.deepEqual(await locations(), [[feedUrl], [otherUrl]]);
  });
}

test("run() leaves a location as it is, when the twin would be longer than a feed URL may be", async () => {
  await insertDuePodcasts(ctx.db, ["http://show.libsyn.com/"]);
  await ctx.db.once.execute(sql`update podcast_feed_location set feed_url = rpad(feed_url, 2000, 'a')`);

  const result = await upgrade();

  assert.deepEqual(result, { numUpgraded: 0 });
});

test("run() goes by current locations only", async () => {
  const [first, second] = await insertDuePodcasts(ctx.db, ["https://example.com/a", "http://example.com/b"]);
  await ctx.db.once.execute(sql`update podcast_feed_location set is_current = false where podcast_id = ${first}`);
  await ctx.db.once.execute(sql`
    insert into podcast_feed_location (podcast_id, feed_url, is_current)
    values (${first}, 'https://moved.example.com/a', true), (${second}, 'http://moved.example.com/b', false)`);

  const result = await upgrade();

  assert.deepEqual(result, { numUpgraded: 0 });
});

test("run() makes a twin current that the podcast has had before", async () => {
  const [first] = await insertDuePodcasts(ctx.db, ["http://example.com/a", "https://example.com/b"]);
  await ctx.db.once.execute(sql`
    insert into podcast_feed_location (podcast_id, feed_url, is_current)
    values (${first}, 'https://example.com/a', false)`);

  const result = await upgrade();

  assert.deepEqual(result, { numUpgraded: 1 });
  assert.deepEqual((await locations())[0], ["https://example.com/a", "http://example.com/a"]);
});

test("run() upgrades nothing, when it runs again", async () => {
  await insertDuePodcasts(ctx.db, ["http://example.com/a", "https://example.com/b", "http://x.libsyn.com/"]);
  await upgrade();
  const before = await locations();

  const again = await upgrade();

  assert.deepEqual(again, { numUpgraded: 0 });
  assert.deepEqual(await locations(), before);
});

test("run() forgets the validators of the old URL, and leaves all else of the crawl as it was", async () => {
  await insertDuePodcasts(ctx.db, ["http://x.libsyn.com/"]);
  await ctx.db.once.execute(
    sql`update podcast_crawl set etag = '"a"', last_modified = 'Sun, 25 Mar 2018 10:00:00 GMT'`,
  );
  const crawl = () =>
    ctx.db.once.execute(sql`select to_jsonb(c) - '{etag,last_modified}'::text[] as row from podcast_crawl c`);
  const before = await crawl();

  await upgrade();

  assert.deepEqual(await crawl(), before);
  const [next] = await claimDuePodcasts(ctx.db, { limit: 1 });
  assert.deepEqual([next?.feedUrl, next?.etag, next?.lastModified], ["https://x.libsyn.com/", undefined, undefined]);
});

test("run() leaves a podcast alone that a crawler is at", async () => {
  await insertDuePodcasts(ctx.db, ["http://x.libsyn.com/"]);
  await claimDuePodcasts(ctx.db, { limit: 1 });

  const result = await upgrade();

  assert.deepEqual(result, { numUpgraded: 0 });
});

test("upgradeFeedLocations() upgrades no more than a batch at a time", async () => {
  await insertDuePodcasts(
    ctx.db,
    Array.from({ length: 25 }, (_, i) => `http://show${i}.libsyn.com/`),
  );

  const nums: number[] = [];
  for (let i = 0; i < 4; i++) nums.push(await upgradeFeedLocations(ctx.db, { limit: 10 }));

  assert.deepEqual(nums, [10, 10, 5, 0]);
});
