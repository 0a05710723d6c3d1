import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test, { after, beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { JOBS } from "../../functions/jobs.ts";
import { claimPodcast } from "../../shared/crawl/claim-podcast.ts";
import { account, job, podcast, rateLimit } from "../../shared/db/schema.ts";
import * as jobWorker from "../../shared/jobs/job-worker.ts";
import * as accountPodcastAdder from "../../shared/listening/account-podcast-adder.ts";
import * as podcastRefresher from "../../shared/podcasts/podcast-refresher.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { fetch } from "../support/loopback.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
let onWoken = () => {};
const worker = createServer((_request, response) => {
  onWoken();
  response.end();
}).listen(0, "127.0.0.1");
after(() => worker.close());
await new Promise((resolve) => worker.once("listening", resolve));
// A server on a TCP port has an address of this form.
const { port } = worker.address() as AddressInfo;
const environment = { PODCORE_WORK_URL: `http://127.0.0.1:${port}/tick/work` };
const ctx = createContext({ databaseUrl: await createDatabase(), fetch, environment });
let accountId = 0;
let podcastId = 0;

beforeEach(async () => {
  onWoken = () => {};
  await ctx.db.once.delete(podcast);
  await ctx.db.once.delete(account);
  await ctx.db.once.delete(job);
  await ctx.db.once.delete(rateLimit);
  accountId = await insertAccount(ctx.db, { email: "a@example.com" });
  script["/feed"] = rss();
  ({ podcastId } = await accountPodcastAdder.run(ctx, { accountId, url: `${origin.url}/feed`, isPrivate: false }));
  await ctx.db.once.delete(rateLimit);
  await crawledSecondsAgo(61);
});

const ask = (options: { accountId?: number; podcastId?: number } = {}) =>
  podcastRefresher.run(ctx, { accountId, podcastId, ...options });
const jobs = async () => (await ctx.db.once.select().from(job)).map(({ name, args }) => ({ name, args }));

async function crawledSecondsAgo(seconds: number): Promise<void> {
  await ctx.db.once.execute(
    sql`update podcast_crawl set last_attempted_at = podcore_now() - ${seconds}::int * interval '1 second'`,
  );
}

test("run() stores a job and wakes the worker, which crawls the podcast though it is not due", async () => {
  const woken = new Promise<void>((resolve) => {
    onWoken = resolve;
  });

  const isAsked = await ask();
  await woken;
  const stored = await jobs();
  script["/feed"] = rss({ title: "Renamed" });
  await jobWorker.run(ctx, { budgetMs: 60_000, jobs: JOBS });

  const [row] = await ctx.db.once.select().from(podcast);
  assert.equal(isAsked, true);
  assert.deepEqual(stored, [{ name: "podcast_refresh", args: { podcastId } }]);
  assert.equal(row?.title, "Renamed");
});

test("fetch 78: run() leaves nothing to do, when the podcast was crawled ten seconds ago", async () => {
  await crawledSecondsAgo(10);

  assert.equal(await ask(), false);
  assert.deepEqual(await jobs(), []);
});

test("run() leaves nothing to do, when a crawler is at the podcast", async () => {
  await claimPodcast(ctx.db, { podcastId });

  assert.equal(await ask(), false);
  assert.deepEqual(await jobs(), []);
});

test("run() makes one job of all that is asked within five minutes, whoever asks", async () => {
  const other = await insertAccount(ctx.db, { email: "b@example.com" });

  const asked = await Promise.all(Array.from({ length: 10 }, (_, i) => ask({ accountId: i % 2 ? other : accountId })));
  await ctx.db.once.execute(sql`update rate_limit set resets_at = podcore_now() where kind = 'podcast-refresh'`);
  const later = await ask();

  assert.equal(asked.filter(Boolean).length, 1);
  assert.equal(later, true);
  assert.equal((await jobs()).length, 2);
});

test("run() refuses an account's sixty-first refresh of an hour, and counts none that left nothing to do", async () => {
  await ask();
  for (let i = 0; i < 3; i += 1) await ask();
  const [counted] = await ctx.db.once.select().from(rateLimit).where(sql`kind = 'podcast-refresh-account'`);
  await ctx.db.once.execute(sql`update rate_limit set num_taken = 60 where kind = 'podcast-refresh-account'`);
  await ctx.db.once.execute(sql`update rate_limit set resets_at = podcore_now() where kind = 'podcast-refresh'`);

  await assert.rejects(ask(), (error: { status: number; headers: Record<string, string> }) => {
    assert.equal(error.status, 429);
    assert.ok(Number(error.headers["retry-after"]) > 3_000);
    return true;
  });

  assert.equal(counted?.numTaken, 1);
  assert.equal((await jobs()).length, 1);
  assert.equal(await ask({ accountId: await insertAccount(ctx.db, { email: "b@example.com" }) }), true);
});

test("run() knows no podcast that the account may not see", async () => {
  const other = await insertAccount(ctx.db, { email: "b@example.com" });
  await ctx.db.once.update(podcast).set({ isPrivate: true });
  const unseen = { status: 404, message: `Not found: resource "podcast" with ID ${podcastId} was not found.` };

  await assert.rejects(ask({ accountId: other }), unseen);
  await assert.rejects(ask({ podcastId: podcastId + 1 }), { status: 404 });

  assert.equal(await ask(), true);
});
