import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { claimDuePodcasts } from "../../../shared/crawl/claim-due-podcasts.ts";
import { claimPodcast, claimSuspectPodcast } from "../../../shared/crawl/claim-podcast.ts";
import { takeHostSlot } from "../../../shared/crawl/hosts/take-host-slot.ts";
import { takeHostTurn } from "../../../shared/crawl/hosts/take-host-turn.ts";
import * as podcastCrawler from "../../../shared/crawl/podcast-crawler.ts";
import { podcastRefresh } from "../../../shared/crawl/podcast-refresh.ts";
import * as podcastUpdater from "../../../shared/crawl/podcast-updater.ts";
import { crawlHost, podcast } from "../../../shared/db/schema.ts";
import * as podcastAdder from "../../../shared/podcasts/podcast-adder.ts";
import { asJob, createContext } from "../../support/context.ts";
import { rss } from "../../support/feed.ts";
import { fetch } from "../../support/loopback.ts";
import { type Reply, startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertDuePodcasts, passHostSlots } from "../../support/rows.ts";

const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl, fetch });
const { db } = ctx;
// Two hosts: most feeds are at the first, which redirects to the second.
const FIRST = "127.0.0.1";
const SECOND = "127.0.0.2";
const script: Record<string, Reply> = {};
const first = await startOrigin(script);
after(first.close);
const second = await startOrigin(script, { host: SECOND });
after(second.close);

beforeEach(async () => {
  await db.once.delete(podcast);
  await db.once.delete(crawlHost);
  for (const path of Object.keys(script)) delete script[path];
  for (const { requests } of [first, second]) requests.splice(0);
});

/** Has the first host redirect `from` to `to` of the second. */
function redirect(from: string, to: string): void {
  script[from] = { status: 302, headers: { location: `${second.url}${to}` } };
}

type HostValues = { slowness?: number; nextSlotIn?: string; pausedFor?: string };
async function setHost(host: string, { slowness = 1, nextSlotIn = "0 s", pausedFor }: HostValues): Promise<void> {
  await db.once.execute(sql`
    insert into crawl_host (host, ready_at, next_slot_at, paused_until, slowness)
    values (${host}, 'infinity', podcore_now() + ${nextSlotIn}::interval, podcore_now() + ${pausedFor ?? null}::interval, ${slowness})
    on conflict (host) do update set next_slot_at = excluded.next_slot_at, paused_until = excluded.paused_until, slowness = excluded.slowness`);
}

async function hostRow(host: string) {
  const [row] = await db.once.execute<{ next: number; slowness: number; is_paused: boolean }>(sql`
    select extract(epoch from next_slot_at - podcore_now())::float8 as next, slowness,
      coalesce(paused_until > podcore_now(), false) as is_paused
    from crawl_host where host = ${host}`);
  return row;
}

async function crawlRows() {
  return db.once.execute<{ host: string; is_due: boolean; moved_to_url: string | null; path: string }>(sql`
    select c.host, c.due_at <= podcore_now() as is_due, c.moved_to_url, '/' || split_part(l.feed_url, '/', 4) as path
    from podcast_crawl c join podcast_feed_location l on l.podcast_id = c.podcast_id and l.is_current
    order by c.podcast_id`);
}

const hosts = async () => (await crawlRows()).map(({ host }) => host);
const tick = () => podcastCrawler.run(ctx, { budgetMs: 30_000 });
const makeDue = () => db.once.execute(sql`update podcast_crawl set due_at = podcore_now()`);

async function crawl(podcastId: number): Promise<void> {
  const claim = await claimPodcast(db, { podcastId });
  assert.ok(claim);
  await podcastUpdater.run(ctx, { claim });
}

test("a 429 pauses the host that answers, and none that redirects to it", async () => {
  redirect("/prefix", "/busy");
  script["/busy"] = { status: 429, headers: { "retry-after": "600" } };
  await insertDuePodcasts(db, [`${first.url}/prefix`], { host: FIRST });

  await tick();
  await assert.rejects(podcastAdder.run(ctx, { url: `${first.url}/prefix?again` }), { status: 422 });

  assert.equal(second.requests.length, 2);
  assert.deepEqual([(await hostRow(FIRST))?.is_paused, (await hostRow(SECOND))?.is_paused], [false, true]);
});

for (const { name, ask } of [
  {
    name: "adding a feed",
    ask: () => assert.rejects(podcastAdder.run(ctx, { url: `${first.url}/missing` }), { status: 422 }),
  },
  {
    name: "claimPodcast()",
    ask: async (ids: number[]) => assert.ok(await claimPodcast(db, { podcastId: ids[0] ?? 0 })),
  },
]) {
  test(`${name} leaves the next turn of a slow host to the crawl, and leads it back to its usual rate`, async () => {
    const ids = await insertDuePodcasts(db, [`${first.url}/1`, `${first.url}/2`], { host: FIRST });
    await setHost(FIRST, { slowness: 120 });

    await ask(ids);

    const row = await hostRow(FIRST);
    assert.ok(row && row.next > 0 && row.next <= 1, `${row?.next} s`);
    assert.equal(row.slowness, 108);
  });
}

test("a feed that is not added because its host pauses changes nothing about that host", async () => {
  await setHost(FIRST, { slowness: 120, nextSlotIn: "1 h", pausedFor: "1 h" });
  const before = await db.once.execute(sql`select * from crawl_host`);

  const seconds = await takeHostSlot(db, `${first.url}/new`);

  assert.ok(seconds !== undefined && seconds > 3_000);
  assert.deepEqual([...(await db.once.execute(sql`select * from crawl_host`))], [...before]);
});

for (const { name, spoil } of [
  {
    name: "was taken down",
    spoil: (id: number) =>
      sql`update podcast set taken_down_at = podcore_now(), taken_down_reason = 'asked for' where id = ${id}`,
  },
  { name: "was merged", spoil: (id: number) => sql`update podcast set merged_at = podcore_now() where id = ${id}` },
  {
    name: "has no address",
    spoil: (id: number) => sql`update podcast_feed_location set is_current = false where podcast_id = ${id}`,
  },
]) {
  test(`claimDuePodcasts() claims a host's other podcasts, when the one due longest ${name}`, async () => {
    const [spoiled = 0, other] = await insertDuePodcasts(db, ["a", "b"], { host: FIRST });
    await db.once.execute(spoil(spoiled));
    await db.once.execute(sql`
      update podcast_crawl set due_at = podcore_now() - interval '1 hour' where podcast_id = ${spoiled}`);

    const claimed: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      claimed.push(...(await claimDuePodcasts(db, { limit: 1 })).map(({ podcastId }) => podcastId));
      await passHostSlots(db);
    }

    assert.deepEqual(claimed, [other]);
  });

  test(`claimSuspectPodcast() claims another suspect, when the one due longest ${name}`, async () => {
    const [spoiled = 0, other] = await insertDuePodcasts(db, ["a", "b"]);
    await db.once.execute(spoil(spoiled));
    await db.once.execute(sql`
      update podcast_crawl set num_unfinished = 2, due_at = podcore_now() - case when podcast_id = ${spoiled} then interval '1 hour' else '0' end`);

    const claims = [await claimSuspectPodcast(db)];
    await passHostSlots(db);
    claims.push(await claimSuspectPodcast(db));

    assert.deepEqual(
      claims.map((claim) => claim?.podcastId),
      [undefined, other],
    );
  });
}

test("feeds that redirect to one host take turns there from their second crawl on", async () => {
  const paths = ["/a", "/b", "/c"];
  for (const path of paths) {
    redirect(path, `/at${path.slice(1)}`);
    script[`/at${path.slice(1)}`] = rss({ title: path });
  }
  await insertDuePodcasts(
    db,
    paths.map((path) => `${first.url}${path}`),
  );

  await tick();
  await makeDue();
  await passHostSlots(db);
  const claims = await claimDuePodcasts(db, { limit: 10 });

  assert.equal(second.requests.length, 3);
  assert.deepEqual(await hosts(), [SECOND, SECOND, SECOND]);
  assert.equal(claims.length, 1);
});

test("a feed counts as one of the host that answered last, from its add on, errors included", async () => {
  redirect("/a", "/at");
  script["/at"] = rss();
  const { podcastId } = await podcastAdder.run(ctx, { url: `${first.url}/a` });
  const seen = await hosts();

  script["/a"] = rss();
  await crawl(podcastId);
  seen.push(...(await hosts()));
  redirect("/a", "/missing");
  await crawl(podcastId);
  seen.push(...(await hosts()));

  assert.deepEqual(seen, [SECOND, FIRST, SECOND]);
});

/** Adds a feed at the first host that says that it moves to the second, where it is. */
async function addMovingFeed(): Promise<number> {
  const body = rss({ extra: `<itunes:new-feed-url>${second.url}/new</itunes:new-feed-url>` });
  Object.assign(script, { "/old": body, "/new": body });
  const { podcastId } = await podcastAdder.run(ctx, { url: `${first.url}/old` });
  return podcastId;
}

for (const { name, busy } of [
  { name: "pauses", busy: { nextSlotIn: "1 h", pausedFor: "1 h" } },
  { name: "is busy", busy: { nextSlotIn: "1 h" } },
]) {
  test(`a feed's new URL is not asked while its host ${name}, and followed later`, async () => {
    const podcastId = await addMovingFeed();
    for (let i = 0; i < 4; i += 1) await crawl(podcastId);
    await db.once.execute(sql`update podcast_crawl set moved_since = moved_since - interval '8 days'`);
    await setHost(SECOND, busy);

    await crawl(podcastId);
    const numAsked = second.requests.length;
    const [before] = await crawlRows();
    await setHost(SECOND, {});
    await crawl(podcastId);
    const [moved] = await crawlRows();

    assert.equal(numAsked, 0);
    assert.deepEqual([before?.path, before?.moved_to_url], ["/old", `${second.url}/new`]);
    assert.equal(moved?.path, "/new");
    assert.ok(((await hostRow(SECOND))?.next ?? 0) > 0, "it takes the host's turn");
  });
}

test("podcastRefresh waits for its host's turn", async () => {
  const at: number[] = [];
  const paths = ["/1", "/2", "/3"];
  for (const path of paths)
    script[path] = (_, response) => {
      at.push(performance.now());
      response.end(rss({ title: path }));
    };
  const ids = await insertDuePodcasts(
    db,
    paths.map((path) => `${first.url}${path}`),
    { host: FIRST },
  );

  await Promise.all(ids.map((podcastId) => podcastRefresh.run(asJob(ctx), { podcastId })));

  // They are a second apart.
  const gaps = at.slice(1).map((ms, i) => ms - (at[i] ?? 0));
  assert.equal(at.length, 3);
  assert.ok(Math.min(...gaps) > 100, gaps.join(", "));
});

for (const { name, busy } of [
  { name: "its host pauses", busy: { pausedFor: "1 h" } },
  { name: "its host's turn is minutes away", busy: { slowness: 120, nextSlotIn: "2 min" } },
]) {
  test(`podcastRefresh leaves the podcast to the crawl tick, when ${name}`, async () => {
    const [podcastId = 0] = await insertDuePodcasts(db, [`${first.url}/1`], { host: FIRST });
    await db.once.execute(sql`update podcast_crawl set due_at = podcore_now() + interval '1 day'`);
    await setHost(FIRST, busy);

    await podcastRefresh.run(asJob(ctx), { podcastId });

    assert.equal(first.requests.length, 0);
    assert.equal((await crawlRows())[0]?.is_due, true);
  });
}

test("podcastRefresh asks no host at which two requests are under way", async () => {
  const ids = await insertDuePodcasts(db, [`${first.url}/1`, `${first.url}/2`, `${first.url}/3`], { host: FIRST });
  const [podcastId = 0, ...others] = ids;
  for (const other of others) await claimPodcast(db, { podcastId: other });

  await podcastRefresh.run(asJob(ctx), { podcastId });

  assert.equal(first.requests.length, 0);
});

for (const { name, change } of [
  { name: "that crawlers ended at and backs off", change: sql`num_unfinished = 2` },
  { name: "that is never due", change: sql`due_at = 'infinity'` },
]) {
  test(`podcastRefresh makes no podcast due ${name}`, async () => {
    const [podcastId = 0] = await insertDuePodcasts(db, [`${first.url}/1`], { host: FIRST });
    await db.once.execute(sql`update podcast_crawl set due_at = podcore_now() + interval '1 day'`);
    await db.once.execute(sql`update podcast_crawl set ${change}`);
    await setHost(FIRST, { nextSlotIn: "1 h" });

    await podcastRefresh.run(asJob(ctx), { podcastId });

    assert.equal((await crawlRows())[0]?.is_due, false);
  });
}

test("takeHostTurn() gives out turns as far apart as the host is slow, and none beyond the time", async () => {
  const take = () => takeHostTurn(db, { host: FIRST, withinMs: 120_000 });
  await setHost(FIRST, { slowness: 100 });

  const turns = [await take(), await take(), await take()];

  const row = await hostRow(FIRST);
  assert.equal(turns[0], 0);
  assert.ok(turns[1] !== undefined && turns[1] > 60_000 && turns[1] <= 90_000, `${turns[1]} ms`);
  assert.equal(turns[2], undefined);
  assert.ok(row && row.next > 120 && row.next <= 171, `${row?.next} s`);
  assert.equal(row.slowness, 81);
});
