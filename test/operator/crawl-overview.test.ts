import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { mergePodcasts } from "../../shared/crawl/identity/podcast-merger.ts";
import { crawlHost, job, podcast, podcastMerge, podcastQuarantine } from "../../shared/db/schema.ts";
import * as crawlOverview from "../../shared/operator/crawl-overview.ts";
import * as podcastBlocker from "../../shared/podcasts/podcast-blocker.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertPodcast } from "../support/rows.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;

beforeEach(async () => {
  await db.once.delete(podcastMerge);
  await db.once.delete(podcast);
  await db.once.delete(crawlHost);
  await db.once.delete(job);
});

const setCrawl = (podcastId: number, columns: string) =>
  db.once.execute(sql`update podcast_crawl set ${sql.raw(columns)} where podcast_id = ${podcastId}::bigint`);
const setUrl = (podcastId: number, url: string) =>
  db.once.execute(
    sql`update podcast_feed_location set feed_url = ${url} where podcast_id = ${podcastId}::bigint and is_current`,
  );
const idsOf = ({ podcasts }: crawlOverview.CrawlOverview) => podcasts?.items.map(({ podcastId }) => podcastId);

/** A podcast for each list of podcasts, and one that works. */
async function insertAll(): Promise<Record<string, number>> {
  const names = ["other-show", "failing", "hollow", "moving", "unfinished", "merged", "taken-down", "winner"];
  const ids: Record<string, number> = {};
  for (const name of names) ids[name] = await insertPodcast(db, { title: `Show ${name}` });
  const { "other-show": other = 0, failing = 0, hollow = 0, moving = 0, unfinished = 0, merged = 0, winner = 0 } = ids;
  const url = "https://show.example.com/feed";
  await db.once
    .insert(podcastQuarantine)
    .values({ podcastId: other, feedUrl: url, foundUrl: url, title: "Another", numItems: 1 });
  await setCrawl(
    failing,
    "num_failures = 3, last_status = 503, last_error = 'It broke', last_error_at = podcore_now()",
  );
  await setCrawl(hollow, "hollow_since = podcore_now()");
  await setCrawl(moving, "moved_to_url = 'https://new.example.com/feed', moved_since = podcore_now()");
  await setCrawl(unfinished, "num_unfinished = 2");
  await mergePodcasts(ctx, { winnerId: winner, loserId: merged, isDecided: true });
  await podcastBlocker.block(ctx, { which: { podcastId: ids["taken-down"] ?? 0 }, reason: "A copy" });
  return ids;
}

test("run() counts and lists what there is to look at, each in a list of its own", async () => {
  const ids = await insertAll();
  await db.once.insert(crawlHost).values([
    { host: "quick.example.com", readyAt: new Date() },
    { host: "slow.example.com", readyAt: new Date(), slowness: 120, pausedUntil: new Date(Date.now() + 3_600_000) },
  ]);
  await db.once.insert(job).values([
    { name: "podcast_refresh", args: { podcastId: 1 } },
    { name: "podcast_refresh", args: { podcastId: 2 }, parkedAt: new Date() },
  ]);

  const { counts } = await crawlOverview.run(ctx, {});
  const lists = await Promise.all(
    crawlOverview.LISTS.map(async (list) => [list, await crawlOverview.run(ctx, { list })] as const),
  );

  const counted = crawlOverview.LISTS.filter((list) => list !== "same-guid");
  assert.deepEqual(counts, Object.fromEntries(counted.map((list) => [list, 1])));
  for (const [list, view] of lists.slice(0, -2))
    if (list !== "same-guid") assert.deepEqual(idsOf(view), [ids[list]], list);
  const [hosts, jobs] = lists.slice(-2).map(([, view]) => view);
  assert.deepEqual(
    hosts?.hosts?.items.map(({ host, slowness, pausedUntil }) => [host, slowness, pausedUntil !== undefined]),
    [["slow.example.com", 120, true]],
  );
  assert.deepEqual(
    jobs?.jobs?.items.map(({ name, subject }) => [name, subject]),
    [["podcast_refresh", { podcastId: 2 }]],
  );
});

test("run() lists public podcasts that have a GUID in common, and whose it is", async () => {
  const [podcastGuid, otherGuid] = ["9b024349-ccf0-5f69-a609-6b82873eab3c", "917393e3-1b1e-5cef-ace4-edaa54e1f810"];
  const one = await insertPodcast(db, { podcastGuid });
  const copy = await insertPodcast(db, { podcastGuid });
  await insertPodcast(db, { podcastGuid, isPrivate: true });
  // Alone once the other one is taken down.
  await insertPodcast(db, { podcastGuid: otherGuid });
  const blocked = await insertPodcast(db, { podcastGuid: otherGuid });
  await podcastBlocker.block(ctx, { which: { podcastId: blocked }, reason: "A copy" });

  const { podcasts } = await crawlOverview.run(ctx, { list: "same-guid" });

  assert.deepEqual(
    podcasts?.items.map(({ podcastId, sameGuidIds }) => [podcastId, sameGuidIds]),
    [
      [copy, [one]],
      [one, [copy]],
    ],
  );
});

test("run() leaves out what is not crawled any more from the lists of what the crawl found", async () => {
  const { failing = 0, hollow = 0, winner = 0 } = await insertAll();

  await podcastBlocker.block(ctx, { which: { podcastId: failing }, reason: "A copy" });
  await mergePodcasts(ctx, { winnerId: winner, loserId: hollow, isDecided: true });

  const { counts } = await crawlOverview.run(ctx, {});
  assert.deepEqual([counts.failing, counts.hollow, counts["taken-down"], counts.merged], [0, 0, 2, 2]);
});

test("run() pages through failing podcasts, those that failed most often first, and none twice", async () => {
  await db.once.execute(sql`
    with shows as (
      insert into podcast (title, feed_kind, namespace)
      select 'Failing', 'rss', '{}'::jsonb from generate_series(1, 120) returning id
    )
    insert into podcast_crawl (podcast_id, due_at, num_failures) select id, podcore_now(), 1 + id % 7 from shows`);
  const nums: [number, number][] = [];
  let after: string | undefined;

  do {
    const { podcasts } = await crawlOverview.run(ctx, { list: "failing", after });
    nums.push(...(podcasts?.items.map((it): [number, number] => [it.numFailures, it.podcastId]) ?? []));
    after = podcasts?.after;
  } while (after !== undefined);

  assert.equal(nums.length, 120);
  assert.deepEqual(
    nums,
    nums.toSorted(([a, aId], [b, bId]) => b - a || bId - aId),
  );
  assert.equal(new Set(nums.map(([, id]) => id)).size, 120);
});

test("run() finds podcasts by title, id, host, and any spelling of any of their feed URLs", async () => {
  const { winner = 0, merged = 0 } = await insertAll();
  const secret = await insertPodcast(db, { title: "100% Secret_Show", isPrivate: true });
  await setUrl(winner, "https://feeds.example.com/now");
  await db.once.execute(sql`
    insert into podcast_feed_location (podcast_id, feed_url, is_current)
    values (${winner}::bigint, 'http://old.example.com/feed', false)`);
  await setCrawl(winner, "host = 'only.example.com'");
  const find = async (query: string) =>
    idsOf(await crawlOverview.run(ctx, crawlOverview.toAsked({ query, list: undefined, after: undefined })));

  assert.deepEqual(await find("SHOW WINN"), [winner]);
  assert.deepEqual(await find("0% secret_"), [secret]);
  assert.deepEqual(await find("s_ow"), []);
  assert.deepEqual(await find(String(merged)), [merged]);
  assert.deepEqual(await find("only.example.com"), [winner]);
  assert.deepEqual(await find("https://feeds.example.com/now?utm_source=x"), [winner]);
  assert.deepEqual(await find("https://old.example.com/feed"), [winner]);
  assert.deepEqual(await find("https://old.example.com/other"), []);
});

test("run() shows nothing of a private feed's URLs but the host, wherever they are", async () => {
  const podcastId = await insertPodcast(db, { title: "Secret", isPrivate: true });
  await setUrl(podcastId, "https://user:hunter2@private.example.com/hunter2?token=hunter2");
  await setCrawl(
    podcastId,
    "num_failures = 1, last_error = 'Cannot fetch \"https://private.example.com/hunter2\"', last_error_at = podcore_now(), moved_to_url = 'https://new.example.com/hunter2', moved_since = podcore_now()",
  );

  const view = await crawlOverview.run(ctx, { list: "failing" });

  assert.doesNotMatch(JSON.stringify(view), /hunter2/);
  const [item] = view.podcasts?.items ?? [];
  assert.equal(item?.feedUrl, "https://private.example.com/***");
  assert.equal(item?.movesTo, "https://new.example.com/***");
});

test("toAsked() refuses what it does not know, and names it", () => {
  const none = { query: undefined, list: undefined, after: undefined };

  assert.throws(() => crawlOverview.toAsked({ ...none, list: "broken" }), /"list": none of .*: "broken"$/);
  assert.throws(() => crawlOverview.toAsked({ ...none, query: "x".repeat(2_001) }), /over 2000 characters: "xxx/);
  assert.deepEqual(crawlOverview.toAsked({ query: " a\0b ", list: "", after: "" }), { ...none, query: "ab" });
});

test("run() refuses cursors that are none of its lists", async () => {
  for (const after of ["x", Buffer.from('["99999999999999999999",1]').toString("base64url")]) {
    await assert.rejects(crawlOverview.run(ctx, { list: "failing", after }), { status: 400 });
    await assert.rejects(crawlOverview.run(ctx, { query: "x", after }), { status: 400 });
    await assert.rejects(crawlOverview.run(ctx, { list: "jobs", after }), { status: 400 });
  }
});
