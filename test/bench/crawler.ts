import { sql } from "drizzle-orm";
import type { CrawlResult } from "../../shared/crawl/podcast-crawler.ts";
import { openPool } from "../../shared/db/pool.ts";
import { LOOPBACK } from "../support/loopback.ts";
import { insertDuePodcasts } from "../support/rows.ts";
import type { Bench } from "./bench.ts";
import { madeUpFeeds, startFeedOrigin } from "./feeds.ts";
import type { Metrics } from "./harness.ts";
import { post, startServer } from "./server-process.ts";

// What Knative's PingSource sends.
export const PING = {
  "ce-id": "9f2d7f1e-6f0a-4f0e-9d3b-0d9a2c6b8f10",
  "ce-source": "/apis/v1/namespaces/podcore/pingsources/crawl",
  "ce-specversion": "1.0",
  "ce-type": "dev.knative.sources.ping",
};

type Work = { file: string; environment?: Record<string, string>; headers?: Record<string, string>; body: string };

/** Starts a server for one POST, and measures that without the start, as a pod's first tick. */
export async function measurePost({ headers = {}, body, ...served }: Work) {
  const server = await startServer({ ...served, path: "/health" });
  const before = server.usage();
  const startedAt = performance.now();
  const reply = await post({ url: `${server.url}/`, headers, body });
  const ms = performance.now() - startedAt;
  const after = server.usage();
  await server.stop();
  const metrics: Metrics = { ms, "cpu ms": after.cpuMs - before.cpuMs, "rss MB": after.rssMegabytes };
  return { metrics, reply };
}

/** Runs one tick over all that is due. @throws Error where a feed failed, or another number of them was due */
export async function measureTick(options: { file: string; databaseUrl: string; numFeeds: number }) {
  const { file, databaseUrl, numFeeds } = options;
  const environment = { DATABASE_URL: databaseUrl, PODCORE_FETCH_ALLOW: LOOPBACK.join(",") };
  const { metrics, reply } = await measurePost({ file, environment, headers: PING, body: "{}" });
  // What the function's run() returns, as JSON.
  const result = reply as CrawlResult;
  if (result.numChanged + result.numUnchanged !== numFeeds) {
    throw new Error(`Cannot crawl all ${numFeeds} feeds: ${JSON.stringify(result)}`);
  }
  return { metrics, result };
}

/** Makes a database with one crawled podcast of more than 50 episodes, a page full. */
export async function preparePodcast(bench: Bench) {
  const databaseUrl = await bench.createDatabase();
  const origin = await startFeedOrigin(madeUpFeeds({ numFeeds: 1, numItems: 60 }));
  const [id] = await resetPodcasts(databaseUrl, origin.urls);
  await measureTick({ file: await bench.copyArtifact("tick-crawl"), databaseUrl, numFeeds: 1 });
  origin.close();
  return { databaseUrl, podcastId: String(id), podcastPath: `/podcasts/${id}` };
}

/** Leaves a database with these podcasts alone, due and never crawled. */
export async function resetPodcasts(databaseUrl: string, feedUrls: readonly string[]): Promise<number[]> {
  const pool = openPool({ url: databaseUrl, max: 1, applicationName: "podcore-bench" });
  await pool.db.once.execute(sql`truncate podcast cascade`);
  const ids = await insertDuePodcasts(pool.db, feedUrls);
  await pool.close();
  return ids;
}

/** Makes all podcasts due again, each as one of a host of its own, and forgets when those were asked. */
export async function makeDue(databaseUrl: string): Promise<void> {
  const pool = openPool({ url: databaseUrl, max: 1, applicationName: "podcore-bench" });
  await pool.db.once.execute(sql`truncate crawl_host`);
  await pool.db.once.execute(sql`update podcast_crawl set due_at = podcore_now(), host = podcast_id || '.example.com'`);
  await pool.close();
}
