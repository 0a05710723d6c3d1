import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { JOBS } from "../../functions/jobs.ts";
import { claimPodcast } from "../../shared/crawl/claim-podcast.ts";
import type { podcastRefresh } from "../../shared/crawl/podcast-refresh.ts";
import { job, podcast, podcastCrawl } from "../../shared/db/schema.ts";
import { enqueueJob } from "../../shared/jobs/enqueue-job.ts";
import * as jobWorker from "../../shared/jobs/job-worker.ts";
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

beforeEach(async () => {
  await ctx.db.once.delete(podcast);
  await ctx.db.once.delete(job);
  script["/feed"] = rss();
});

async function addPodcast(): Promise<number> {
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}/feed` });
  origin.requests.splice(0);
  return podcastId;
}

async function refresh(podcastId: number): Promise<jobWorker.WorkResult> {
  await enqueueJob<typeof podcastRefresh>(ctx.db, { name: "podcast_refresh", args: { podcastId } });
  return jobWorker.run(ctx, { budgetMs: 60_000, jobs: JOBS });
}

test("podcastRefresh crawls a podcast that is not due yet", async () => {
  const podcastId = await addPodcast();
  script["/feed"] = rss({ title: "Renamed" });

  const result = await refresh(podcastId);

  const [row] = await ctx.db.once.select().from(podcast);
  assert.equal(result.numDone, 1);
  assert.equal(row?.title, "Renamed");
});

test("podcastRefresh is done, when the crawl fails: that is recorded with the podcast", async () => {
  const podcastId = await addPodcast();
  script["/feed"] = { status: 503 };

  const result = await refresh(podcastId);

  const [crawl] = await ctx.db.once.select().from(podcastCrawl);
  assert.equal(result.numDone, 1);
  assert.deepEqual([crawl?.numFailures, crawl?.leaseExpiresAt], [1, null]);
});

test("podcastRefresh is done and asks nobody, when a crawler is at the podcast or it is unknown", async () => {
  const podcastId = await addPodcast();
  await claimPodcast(ctx.db, { podcastId });

  const results = [await refresh(podcastId), await refresh(podcastId + 1_000)];

  assert.deepEqual(
    results.map(({ numDone }) => numDone),
    [1, 1],
  );
  assert.equal(origin.requests.length, 0);
});
