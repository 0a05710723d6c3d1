import assert from "node:assert/strict";
import test, { after } from "node:test";
import { sql } from "drizzle-orm";
import type { CrawlResult } from "../../../shared/crawl/podcast-crawler.ts";
import { callArtifact, sendPing, startArtifact } from "../../support/artifact.ts";
import { createContext } from "../../support/context.ts";
import { rss } from "../../support/feed.ts";
import { LOOPBACK } from "../../support/loopback.ts";
import { startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertDuePodcasts, passHostSlots } from "../../support/rows.ts";

const NUM_FEEDS = 500;

const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl });
const origin = await startOrigin((request, response) => {
  response.setHeader("etag", `"${request.url}"`);
  response.end(rss({ title: request.url ?? "" }));
});
after(origin.close);
const environment = { DATABASE_URL: databaseUrl, PODCORE_FETCH_ALLOW: LOOPBACK.join(",") };

async function ping(url: string): Promise<{ status: number; result: CrawlResult }> {
  const reply = await sendPing(url);
  // What the function's run() returns, as JSON.
  return { status: reply.status, result: (await reply.json()) as CrawlResult };
}

test("run() asks each feed once, when ten ticks run at once in two processes over 500 due feeds", async () => {
  const ids = await insertDuePodcasts(
    ctx.db,
    Array.from({ length: NUM_FEEDS }, (_, i) => `${origin.url}/${i}`),
  );
  const processes = await Promise.all([0, 1].map(() => startArtifact({ name: "tick-crawl", environment })));

  const replies = await Promise.all(Array.from({ length: 10 }, (_, i) => ping(processes[i % 2]?.url ?? "")));

  assert.deepEqual(
    replies.map(({ status }) => status),
    Array(10).fill(200),
  );
  assert.equal(origin.requests.length, NUM_FEEDS);
  assert.equal(new Set(origin.requests.map(({ path }) => path)).size, NUM_FEEDS);
  assert.equal(
    replies.reduce((sum, { result }) => sum + result.numChanged, 0),
    NUM_FEEDS,
  );
  const [row] = await ctx.db.once.execute(sql`
    select count(*)::int as num, count(*) filter (where due_at > podcore_now() and lease_expires_at is null)::int as num_done,
      (select count(*)::int from episode) as num_episodes from podcast_crawl`);
  assert.deepEqual({ ...row }, { num: ids.length, num_done: ids.length, num_episodes: ids.length });
  for (const { stop } of processes) assert.equal(await stop(), 0);
});

test("fetch 76: run() asks nobody earlier than stored, when it runs again in a new process", async () => {
  const numBefore = origin.requests.length;
  const { url } = await startArtifact({ name: "tick-crawl", environment });

  const { result } = await ping(url);

  assert.equal(result.numClaimed, 0);
  assert.equal(origin.requests.length, numBefore);
});

test("run() takes over the podcasts of a process that was killed, when their leases have run out", async () => {
  await ctx.db.once.execute(sql`delete from podcast`);
  let hold = true;
  const slow = await startOrigin((_, response) => {
    if (!hold) response.end(rss());
  });
  after(slow.close);
  await insertDuePodcasts(ctx.db, [`${slow.url}/held`]);
  const first = await startArtifact({ name: "tick-crawl", environment });
  const tick = sendPing(first.url).catch(() => undefined);
  while (slow.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  first.child.kill("SIGKILL");
  await tick;
  hold = false;
  const second = await startArtifact({ name: "tick-crawl", environment });

  const { result: early } = await ping(second.url);
  await ctx.db.once.execute(sql`update podcast_crawl set lease_expires_at = podcore_now()`);
  const { result: late } = await ping(second.url);

  assert.deepEqual([early.numClaimed, late.numChanged], [0, 1]);
});

test("run() tries a feed alone and lets it back off, when two crawlers in a row have ended under it", async () => {
  await ctx.db.once.execute(sql`delete from podcast`);
  let kill = () => {};
  let numOpen = 0;
  const numOpenAtKills: number[] = [];
  const deadly = await startOrigin((request, response) => {
    numOpen += 1;
    response.on("close", () => {
      numOpen -= 1;
    });
    if (request.url !== "/deadly") setTimeout(() => response.end(rss({ title: request.url ?? "" })), 2_000);
    // The crawler ends when this body comes; the others are in hand by then.
    else
      setTimeout(() => {
        numOpenAtKills.push(numOpen);
        response.write(rss());
        kill();
      }, 500);
  });
  after(deadly.close);
  const [deadlyId = 0] = await insertDuePodcasts(
    ctx.db,
    ["deadly", "1", "2", "3"].map((path) => `${deadly.url}/${path}`),
  );
  const crawl = () =>
    callArtifact({
      name: "tick-crawl",
      environment,
      onSpawn: (child) => {
        kill = () => void child.kill("SIGKILL");
      },
    });
  const codes: (number | null)[] = [];

  // The fourth finds the deadly feed backing off.
  for (let i = 0; i < 4; i++) {
    codes.push((await crawl()).code);
    await ctx.db.once.execute(sql`
      update podcast_crawl set lease_expires_at = podcore_now() where lease_expires_at is not null`);
    await passHostSlots(ctx.db);
  }

  const rows = await ctx.db.once.execute<Record<string, unknown>>(sql`
    select podcast_id::int as id, num_failures, last_error, due_at > podcore_now() + interval '7 minutes' as is_later
    from podcast_crawl order by podcast_id`);
  assert.deepEqual(codes, [null, null, null, 0]);
  assert.deepEqual(numOpenAtKills, [4, 4, 1]);
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [
      {
        id: deadlyId,
        num_failures: 1,
        last_error: "Crawler ended before the crawl did, 2 times in a row",
        is_later: true,
      },
      ...[1, 2, 3].map((i) => ({ id: deadlyId + i, num_failures: 0, last_error: null, is_later: true })),
    ],
  );
});

test("run() blames no podcast and gives all back, when the database refuses to store", async () => {
  await ctx.db.once.execute(sql`delete from podcast`);
  await insertDuePodcasts(ctx.db, [`${origin.url}/a`, `${origin.url}/b`]);
  await ctx.db.once.execute(sql`
    create function refuse() returns trigger language plpgsql as $$ begin raise sqlstate '53100'; end $$`);
  await ctx.db.once.execute(sql`create trigger refuse before insert on episode execute function refuse()`);

  const failed = await callArtifact({ name: "tick-crawl", environment });
  await ctx.db.once.execute(sql`drop function refuse cascade`);
  const rows = await ctx.db.once.execute<Record<string, unknown>>(sql`
    select num_failures, num_unfinished, last_error, lease_expires_at, due_at <= podcore_now() as is_due from podcast_crawl`);
  const after = await callArtifact({ name: "tick-crawl", environment });

  const untouched = { num_failures: 0, num_unfinished: 0, last_error: null, lease_expires_at: null, is_due: true };
  assert.equal(failed.code, 1);
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [untouched, untouched],
  );
  assert.match(after.stdout, /"numChanged":2/);
});

test("run() finishes the feed in flight and takes on no other, when SIGTERM comes", async () => {
  await ctx.db.once.execute(sql`delete from podcast`);
  const held: (() => void)[] = [];
  const slow = await startOrigin((_, response) => {
    held.push(() => response.end(rss()));
  });
  after(slow.close);
  await insertDuePodcasts(ctx.db, [`${slow.url}/1`, `${slow.url}/2`, `${slow.url}/3`]);
  const artifact = await startArtifact({
    name: "tick-crawl",
    environment: { ...environment, PODCORE_CRAWL_CONCURRENCY: "1" },
  });
  const tick = ping(artifact.url);
  while (slow.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));

  const stopped = artifact.stop();
  while (!artifact.output().includes("Draining")) await new Promise((resolve) => setTimeout(resolve, 10));
  held[0]?.();
  const code = await stopped;

  const { status, result } = await tick;
  assert.deepEqual([code, status], [0, 200]);
  assert.deepEqual([result.numClaimed, result.numChanged], [1, 1]);
});
