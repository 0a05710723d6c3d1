import assert from "node:assert/strict";
import test, { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { asc, eq, sql } from "drizzle-orm";
import { claimPodcast } from "../../shared/crawl/claim-podcast.ts";
import { moveFeedLocation, recordMove } from "../../shared/crawl/feed-mover.ts";
import * as podcastUpdater from "../../shared/crawl/podcast-updater.ts";
import { podcastFeedLocation } from "../../shared/db/schema.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { fetch } from "../support/loopback.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

const ctx = createContext({ databaseUrl: await createDatabase(), fetch });
const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
let numFeeds = 0;

const redirect = (status: number, location: string): Reply => ({ status, headers: { Location: location } });

/** Adds a feed that then redirects to `movedPath`, where the same show is. */
async function addMovingFeed({ status = 301, title = "A Show", query = "", movedQuery = "" } = {}) {
  const name = `/feed-${numFeeds++}`;
  const path = `${name}${query}`;
  const movedPath = `${name}-moved${movedQuery}`;
  script[path] = rss();
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}${path}` });
  script[path] = redirect(status, movedPath);
  script[movedPath] = rss({ title });
  return { podcastId, path, movedPath };
}

async function crawl(podcastId: number, { times = 1 } = {}): Promise<void> {
  for (let i = 0; i < times; i++) {
    const claim = await claimPodcast(ctx.db, { podcastId });
    assert.ok(claim);
    await podcastUpdater.run(ctx, { claim });
  }
}

/** As if the observed move had begun so many days earlier. */
async function letPass(podcastId: number, { days }: { days: number }): Promise<void> {
  await ctx.db.once.execute(sql`
    update podcast_crawl set moved_since = moved_since - make_interval(days => ${days}::int) where podcast_id = ${podcastId}`);
}

async function locationsOf(podcastId: number): Promise<[path: string, isCurrent: boolean][]> {
  const rows = await ctx.db.once
    .select()
    .from(podcastFeedLocation)
    .where(eq(podcastFeedLocation.podcastId, podcastId))
    .orderBy(asc(podcastFeedLocation.id));
  return rows.map((row) => [row.feedUrl.slice(origin.url.length), row.isCurrent]);
}

for (const status of [301, 308]) {
  test(`fetch 32: run() asks a feed where a ${status} leads, when that was so five times over a week, and keeps the old URL`, async () => {
    const { podcastId, path, movedPath } = await addMovingFeed({ status });
    await crawl(podcastId, { times: 4 });
    await letPass(podcastId, { days: 7 });
    const before = await locationsOf(podcastId);

    await crawl(podcastId);

    assert.deepEqual(before, [[path, true]]);
    assert.deepEqual(await locationsOf(podcastId), [
      [path, false],
      [movedPath, true],
    ]);
  });
}

test("run() counts a feed that has moved as one of its new host", async () => {
  const { podcastId } = await addMovingFeed();
  await crawl(podcastId, { times: 4 });
  await letPass(podcastId, { days: 7 });
  await ctx.db.once.execute(sql`update podcast_crawl set host = 'old.example.com' where podcast_id = ${podcastId}`);

  await crawl(podcastId);

  const rows = await ctx.db.once.execute(sql`select host from podcast_crawl where podcast_id = ${podcastId}`);
  assert.equal(rows[0]?.host, "127.0.0.1");
});

test("fetch 32: run() moves nobody, when a week has not passed, or not five crawls", async () => {
  const soon = await addMovingFeed();
  const seldom = await addMovingFeed();
  await crawl(soon.podcastId, { times: 8 });
  await letPass(soon.podcastId, { days: 6 });
  await crawl(soon.podcastId);
  await crawl(seldom.podcastId, { times: 3 });
  await letPass(seldom.podcastId, { days: 30 });

  await crawl(seldom.podcastId);

  assert.deepEqual(await locationsOf(soon.podcastId), [[soon.path, true]]);
  assert.deepEqual(await locationsOf(seldom.podcastId), [[seldom.path, true]]);
});

test("fetch 32: run() observes from the start, when the redirect was gone for a crawl, or it is another show there", async () => {
  const wavering = await addMovingFeed();
  const other = await addMovingFeed();
  for (const { podcastId } of [wavering, other]) {
    await crawl(podcastId, { times: 4 });
    await letPass(podcastId, { days: 30 });
  }
  script[wavering.path] = rss();
  await crawl(wavering.podcastId);
  script[wavering.path] = redirect(301, wavering.movedPath);
  script[other.movedPath] = rss({ title: "Another Show", items: [{ guid: "another-show-1" }] });

  await crawl(wavering.podcastId);
  await crawl(other.podcastId, { times: 2 });

  assert.deepEqual(await locationsOf(wavering.podcastId), [[wavering.path, true]]);
  assert.deepEqual(await locationsOf(other.podcastId), [[other.path, true]]);
});

test("fetch 33: run() moves nobody, when the redirect is a 302", async () => {
  const { podcastId, path } = await addMovingFeed({ status: 302 });
  await crawl(podcastId, { times: 5 });
  await letPass(podcastId, { days: 30 });

  await crawl(podcastId);

  assert.deepEqual(await locationsOf(podcastId), [[path, true]]);
});

for (const { what, ...queries } of [
  { what: "its URL holds a secret", query: "?token=s3cret" },
  { what: "the URL that it moves to holds a secret", movedQuery: "?token=s3cret" },
]) {
  test(`run() moves nobody, when ${what}`, async () => {
    const { podcastId, path } = await addMovingFeed(queries);
    await crawl(podcastId, { times: 4 });
    await letPass(podcastId, { days: 30 });

    await crawl(podcastId);

    assert.deepEqual(await locationsOf(podcastId), [[path, true]]);
  });
}

test("recordMove() settles nothing for a crawl that has lost its lease", async () => {
  const { podcastId, movedPath } = await addMovingFeed();
  await crawl(podcastId, { times: 5 });
  await letPass(podcastId, { days: 30 });
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  const movedToUrl = `${origin.url}${movedPath}`;

  const lost = await recordMove(ctx.db, { ...claim, leaseToken: claim.leaseToken - 1 }, movedToUrl);
  const held = await recordMove(ctx.db, claim, movedToUrl);

  assert.deepEqual([lost, held], [false, true]);
});

/** A feed that answers 304 to any validators. */
const unchanging =
  (body: string): Reply =>
  (request, response) => {
    const isConditional = request.headers["if-none-match"] !== undefined;
    response.writeHead(isConditional ? 304 : 200, { ETag: '"1"' }).end(isConditional ? undefined : body);
  };

async function addUnchangingFeed() {
  const path = `/feed-${numFeeds++}`;
  script[path] = unchanging(rss());
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}${path}` });
  script[path] = redirect(301, `${path}-moved`);
  return { podcastId, path, movedPath: `${path}-moved` };
}

test("run() moves nobody to a URL that answers nothing but 304", async () => {
  const { podcastId, path, movedPath } = await addUnchangingFeed();
  script[movedPath] = { status: 304 };
  await crawl(podcastId, { times: 5 });
  await letPass(podcastId, { days: 30 });

  await crawl(podcastId);

  assert.deepEqual(await locationsOf(podcastId), [[path, true]]);
});

test("run() moves a feed that has not changed since it was read where the redirect leads", async () => {
  const { podcastId, path, movedPath } = await addUnchangingFeed();
  script[movedPath] = unchanging(rss());
  await crawl(podcastId, { times: 4 });
  await letPass(podcastId, { days: 7 });
  origin.requests.splice(0);

  await crawl(podcastId, { times: 2 });

  assert.deepEqual(
    origin.requests.map((request) => [request.path, request.headers["if-none-match"]]),
    [
      [path, undefined],
      [movedPath, '"1"'],
      [movedPath, '"1"'],
    ],
  );

  assert.deepEqual(await locationsOf(podcastId), [
    [path, false],
    [movedPath, true],
  ]);
});

test("run() sends validators only to the URL behind the redirects that gave them", async () => {
  const { podcastId, path, movedPath } = await addUnchangingFeed();
  script[movedPath] = unchanging(rss());
  script["/elsewhere"] = unchanging(rss());
  await crawl(podcastId);
  script[path] = redirect(302, "/elsewhere");
  origin.requests.splice(0);

  await crawl(podcastId, { times: 2 });

  assert.deepEqual(
    origin.requests.map((request) => [request.path, request.headers["if-none-match"]]),
    [
      [path, undefined],
      ["/elsewhere", undefined],
      [path, undefined],
      ["/elsewhere", '"1"'],
    ],
  );
});

test("run() sends validators that an older version stored to the feed's own URL", async () => {
  const { podcastId, path, movedPath } = await addUnchangingFeed();
  script[movedPath] = unchanging(rss());
  await ctx.db.once.execute(sql`update podcast_crawl set validators_url = null where podcast_id = ${podcastId}`);
  origin.requests.splice(0);

  await crawl(podcastId);

  assert.deepEqual(
    origin.requests.map((request) => [request.path, request.headers["if-none-match"]]),
    [
      [path, '"1"'],
      [movedPath, undefined],
    ],
  );
});

for (const [what, change, undo] of [
  [
    "whose podcast was taken down",
    sql`update podcast set taken_down_at = podcore_now(), taken_down_reason = 'x'`,
    sql`update podcast set taken_down_at = null, taken_down_reason = null`,
  ],
  [
    "whose podcast was merged",
    sql`update podcast set merged_at = podcore_now()`,
    sql`update podcast set merged_at = null`,
  ],
] as const) {
  test(`moveFeedLocation() leaves a feed alone ${what} in the meantime`, async () => {
    const { podcastId, path, movedPath } = await addMovingFeed();
    await ctx.db.once.execute(sql`${change} where id = ${podcastId}`);
    await ctx.db.once.execute(sql`update podcast_crawl set due_at = 'infinity' where podcast_id = ${podcastId}`);

    const feedUrl = `${origin.url}${movedPath}`;
    const ownerId = await moveFeedLocation(ctx.db, { podcastId, feedUrl, isUnread: true });

    await ctx.db.once.execute(sql`${undo} where id = ${podcastId}`);
    assert.equal(ownerId, undefined);
    assert.deepEqual(await locationsOf(podcastId), [[path, true]]);
    const rows = await ctx.db.once.execute(sql`
      select due_at = 'infinity' as is_idle from podcast_crawl where podcast_id = ${podcastId}`);
    assert.deepEqual([...rows], [{ is_idle: true }]);
  });
}

test("moveFeedLocation() leaves a feed alone for a crawl that has lost its lease", async () => {
  const { podcastId, path, movedPath } = await addMovingFeed();
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);

  const feedUrl = `${origin.url}${movedPath}`;
  const leaseToken = claim.leaseToken - 1;
  const ownerId = await moveFeedLocation(ctx.db, { podcastId, leaseToken, feedUrl, isUnread: true });

  assert.equal(ownerId, undefined);
  assert.deepEqual(await locationsOf(podcastId), [[path, true]]);
});

test("moveFeedLocation() without a claim ends the crawl in flight, which goes by the old URL", async () => {
  const { podcastId, movedPath } = await addMovingFeed();
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  await moveFeedLocation(ctx.db, { podcastId, feedUrl: `${origin.url}${movedPath}`, isUnread: true });

  const result = await podcastUpdater.run(ctx, { claim });

  assert.deepEqual(result, { kind: "abandoned" });
});

test("moveFeedLocation() waits for a podcast that is being stored before it locks any of its URLs", async () => {
  const { podcastId, movedPath } = await addMovingFeed();
  const feedUrl = `${origin.url}${movedPath}`;
  let moved: Promise<unknown> | undefined;

  await ctx.db.once.transaction(async (tx) => {
    await tx.once.execute(sql`select from podcast_crawl where podcast_id = ${podcastId} for update`);
    moved = moveFeedLocation(ctx.db, { podcastId, feedUrl, isUnread: true });
    await untilWaiting();
    // As storing does, which would wait for a mover that held the location, and the mover for it.
    await tx.once.execute(sql`
      select from podcast_feed_location where podcast_id = ${podcastId} for update nowait`);
  });

  assert.equal(await moved, podcastId);
});

async function untilWaiting(): Promise<void> {
  for (;;) {
    const rows = await ctx.db.once.execute(sql`
      select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`);
    if (rows.length > 0) return;
    await sleep(20);
  }
}

test("a crawl corrects a host that code from before hosts has left as it was", async () => {
  const { podcastId } = await addMovingFeed();
  await ctx.db.once.execute(sql`update podcast_crawl set host = 'stale.example.com' where podcast_id = ${podcastId}`);

  await crawl(podcastId);

  const rows = await ctx.db.once.execute(sql`select host from podcast_crawl where podcast_id = ${podcastId}`);
  assert.deepEqual([...rows], [{ host: "127.0.0.1" }]);
});

test("a crawl leaves a host alone that is to be assigned: the feed has moved since the claim", async () => {
  const { podcastId } = await addMovingFeed();
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  await ctx.db.once.execute(sql`update podcast_crawl set host = null where podcast_id = ${podcastId}`);

  await podcastUpdater.run(ctx, { claim });

  const rows = await ctx.db.once.execute(sql`select host from podcast_crawl where podcast_id = ${podcastId}`);
  assert.deepEqual([...rows], [{ host: null }]);
});
