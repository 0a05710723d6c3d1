import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { openPool, type Pool } from "../../../shared/db/pool.ts";
import { freePort } from "../../../shared/dev/free-port.ts";
import { rss } from "../../support/feed.ts";
import { type Hub, hubLinks, startHub } from "../../support/hub.ts";
import { LOOPBACK } from "../../support/loopback.ts";
import { type Origin, startOrigin } from "../../support/origin.ts";
import { insertDuePodcasts } from "../../support/rows.ts";
import { type Bench, ROOT, type Row } from "../bench.ts";
import { PING } from "../crawler.ts";
import { median, type Table } from "../harness.ts";
import { post } from "../server-process.ts";

export default {
  name: "push",
  about: "from a hub's push to the episode in the API, under npm start",
  run,
} satisfies Row;

// What a listener may wait.
const BOUND_MS = 10_000;
// Arrivals do not wait for each other, as those of hubs.
const PUSHES_PER_SECOND = 5;
// The baseline is measured with every tenth push.
const BASELINE_SHARE = 10;
// So that asking takes little of the processors that the site needs.
const POLL_MS = 100;
const START_TIMEOUT_MS = 60_000;

type Feed = { podcastId: number; url: string; topic: string; hubUrl: string; numEpisodes: number };

async function* run(bench: Bench): AsyncGenerator<Table> {
  const numFeeds = bench.isQuick ? 20 : 1_000;
  const databaseUrl = await bench.createDatabase();
  const pool = openPool({ url: databaseUrl, max: 2, applicationName: "podcore-bench" });
  const hub = await startHub({ host: "0.0.0.0" });
  const feeds: Feed[] = [];
  const origin = await startFeeds(feeds);
  const site = await startSite(bench, databaseUrl);
  try {
    await prepare({ feeds, numFeeds, origin, hub, pool, siteUrl: site.url });
    const { pushed, bare } = await pushAll({ feeds, hub, siteUrl: site.url });
    const slowestMs = Math.max(...pushed);
    if (slowestMs > BOUND_MS)
      throw new Error(`Cannot have an episode within ${BOUND_MS} ms of its push: it took ${slowestMs.toFixed(0)} ms`);
    yield {
      title: `${pushed.length} pushes, ${PUSHES_PER_SECOND} a second, each for a feed on a host of its own`,
      ...compareAll([
        ["the feed fetched and the API asked, once each", bare],
        ["push to episode in the API", pushed],
      ]),
      notes: [`an episode may take ${BOUND_MS} ms`],
    };
  } finally {
    await site.stop();
    await Promise.all([hub.close(), origin.close(), pool.close()]);
  }
}

/** Serves each feed at an address of its own, so that it counts as one of a host of its own. */
function startFeeds(feeds: readonly Feed[]): Promise<Origin> {
  return startOrigin(
    (request, response) => {
      const feed = feeds[Number(new URL(request.url ?? "", "http://localhost").searchParams.get("feed"))];
      if (feed === undefined) return void response.writeHead(404).end();
      const items = Array.from({ length: feed.numEpisodes }, (_, i) => ({ guid: String(feed.numEpisodes - i) }));
      response.end(rss({ title: feed.topic, items, extra: hubLinks({ url: feed.hubUrl }, feed.topic) }));
    },
    { host: "0.0.0.0" },
  );
}

async function startSite(bench: Bench, databaseUrl: string) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [join(ROOT, "shared/dev/start.ts")], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      PODCORE_DATA_DIR: join(bench.directory, "start"),
      PODCORE_FETCH_ALLOW: LOOPBACK.join(","),
      PODCORE_INTERNAL: "1",
      PODCORE_LOG_LEVEL: "error",
      PODCORE_PUBLIC_URL: url,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = once(child, "exit");
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
  };
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await isUp(url))) {
    if (performance.now() > deadline || child.exitCode !== null) throw new Error("Cannot start npm start");
    await sleep(100);
  }
  return { url, stop };
}

async function isUp(url: string): Promise<boolean> {
  const reply = await fetch(`${url}/graphql?query={__typename}`).catch(() => undefined);
  await reply?.arrayBuffer();
  return reply?.status === 200;
}

type Prepared = { feeds: Feed[]; numFeeds: number; origin: Origin; hub: Hub; pool: Pool; siteUrl: string };

/** Has all feeds crawled and subscribed to, and the minute after their crawl pass. */
async function prepare({ feeds, numFeeds, origin, hub, pool, siteUrl }: Prepared): Promise<void> {
  const hubPort = new URL(hub.url).port;
  for (let i = 0; i < numFeeds; i += 1) {
    const address = `127.1.${Math.floor(i / 250)}.${(i % 250) + 1}`;
    const url = `http://${address}:${origin.port}/?feed=${i}`;
    feeds.push({ podcastId: 0, url, topic: url, hubUrl: `http://${address}:${hubPort}/`, numEpisodes: 1 });
  }
  const urls = feeds.map(({ url }) => url);
  const ids = await insertDuePodcasts(pool.db, urls);
  for (const [i, feed] of feeds.entries()) feed.podcastId = ids[i] ?? 0;
  await post({ url: `${siteUrl}/tick/crawl`, headers: PING, body: "{}" });
  await post({ url: `${siteUrl}/tick/work`, headers: PING, body: "{}" });
  await hub.settle();
  const [row] = await pool.db.once.execute<{ num: number }>(sql`
    select count(*)::int as num from podcast_push where lease_ends_at > podcore_now()`);
  if (row?.num !== numFeeds) throw new Error(`Cannot subscribe to all ${numFeeds} feeds: ${row?.num}`);
  await pool.db.once.execute(sql`
    update podcast_crawl set last_attempted_at = podcore_now() - interval '2 minutes',
      last_succeeded_at = podcore_now() - interval '2 minutes', due_at = podcore_now() + interval '1 hour'`);
}

type Pushing = { feeds: readonly Feed[]; hub: Hub; siteUrl: string };

async function pushAll({ feeds, hub, siteUrl }: Pushing): Promise<{ pushed: number[]; bare: number[] }> {
  const bare: number[] = [];
  const latencies: Promise<number>[] = [];
  const startedAt = performance.now();
  for (const [i, feed] of feeds.entries()) {
    await sleep(Math.max(0, startedAt + (i * 1_000) / PUSHES_PER_SECOND - performance.now()));
    if (i % BASELINE_SHARE === 0) bare.push(await fetchOnce({ feed, siteUrl }));
    latencies.push(pushOne({ feed, hub, siteUrl }));
  }
  return { pushed: await Promise.all(latencies), bare };
}

type One = { feed: Feed; siteUrl: string };

async function pushOne({ feed, hub, siteUrl }: One & { hub: Hub }): Promise<number> {
  feed.numEpisodes += 1;
  const startedAt = performance.now();
  const status = await hub.push(hub.subscriptionTo(feed.topic));
  if (status !== 204) throw new Error(`Cannot push: ${status}`);
  while ((await numEpisodesInApi({ feed, siteUrl })) < feed.numEpisodes) {
    if (performance.now() - startedAt > 2 * BOUND_MS) return Number.POSITIVE_INFINITY;
    await sleep(POLL_MS);
  }
  return performance.now() - startedAt;
}

/** What cannot be saved: the feed's bytes, and the API's answer. */
async function fetchOnce({ feed, siteUrl }: One): Promise<number> {
  const startedAt = performance.now();
  await (await fetch(feed.url)).arrayBuffer();
  await numEpisodesInApi({ feed, siteUrl });
  return performance.now() - startedAt;
}

async function numEpisodesInApi({ feed, siteUrl }: One): Promise<number> {
  const query = `{ podcastById(id: "${feed.podcastId}") { episodes(first: 10) { nodes { title } } } }`;
  const reply = await fetch(`${siteUrl}/graphql?${new URLSearchParams({ query })}`);
  const { data }: { data: { podcastById: { episodes: { nodes: unknown[] } } } } = JSON.parse(await reply.text());
  return data.podcastById.episodes.nodes.length;
}

function compareAll(subjects: readonly (readonly [name: string, values: readonly number[]])[]) {
  const baseline = subjects[0]?.[1] ?? [];
  const columns = { "median ms": 0.5, "95th percentile ms": 0.95, "slowest ms": 1 };
  const rows = subjects.map(([name, values], i) => ({
    name,
    cells: Object.values(columns).map((share) => {
      const value = quantile(values, share);
      return i === 0 ? { value } : { value, ratio: { median: value / quantile(baseline, share), mad: 0 } };
    }),
  }));
  return { columns: Object.keys(columns), rows };
}

function quantile(values: readonly number[], share: number): number {
  if (share === 0.5) return median(values);
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}
