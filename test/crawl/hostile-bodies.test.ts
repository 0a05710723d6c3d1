import assert from "node:assert/strict";
import test, { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { asc, eq } from "drizzle-orm";
import { claimPodcast } from "../../shared/crawl/claim-podcast.ts";
import * as podcastUpdater from "../../shared/crawl/podcast-updater.ts";
import { crawlHost, episode, podcastCrawl } from "../../shared/db/schema.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import { measureBlock } from "../support/block-meter.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { fetch } from "../support/loopback.ts";
import { type Handler, type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

// Long enough for the feed that comes slowly, with room for a busy machine.
const TIMEOUT_MS = 10_000;

const ctx = createContext({
  databaseUrl: await createDatabase(),
  environment: { PODCORE_FETCH_TIMEOUT_MS: String(TIMEOUT_MS) },
  fetch,
});
const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
let numFeeds = 0;

const FEED = rss({ items: Array.from({ length: 20 }, (_, i) => ({ guid: `guid-${i}` })) });

/** Adds a small feed, and crawls it again when it sends `reply`. */
async function crawlThen(reply: Reply) {
  const path = `/feed-${numFeeds++}`;
  script[path] = { headers: { ETag: '"first"' }, body: rss() };
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}${path}` });
  script[path] = reply;
  await ctx.db.once.delete(crawlHost);
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  const { result, blockMs } = await measureBlock(() => podcastUpdater.run(ctx, { claim }));
  const episodes = await ctx.db.once
    .select({ guid: episode.guid })
    .from(episode)
    .where(eq(episode.podcastId, podcastId))
    .orderBy(asc(episode.id));
  const [crawl] = await ctx.db.once.select().from(podcastCrawl).where(eq(podcastCrawl.podcastId, podcastId));
  return { result, blockMs, guids: episodes.map(({ guid }) => guid), etag: crawl?.etag };
}

/** Sends a text in pieces, and the last one only if the body has an end. */
function slowly({ text, pauseMs, hasEnd }: { text: string; pauseMs: number; hasEnd: boolean }): Handler {
  return async (_request, response) => {
    response.writeHead(200, { ETag: '"second"' });
    const size = Math.ceil(text.length / 40);
    for (let start = 0; start < text.length - (hasEnd ? 0 : size); start += size) {
      response.write(text.slice(start, start + size));
      await sleep(pauseMs);
    }
    if (hasEnd) response.end();
  };
}

test("xml X35: run() stores all of a feed whose body comes slowly", async () => {
  const { result, guids, etag } = await crawlThen(slowly({ text: FEED, pauseMs: 25, hasEnd: true }));

  assert.equal(result.kind, "changed");
  // The first feed's item has another guid, and is no longer listed.
  assert.equal(guids.filter((guid) => guid.startsWith("guid-")).length, 20);
  assert.equal(etag, '"second"');
});

test("xml X35: run() gives up a feed whose body never ends, and keeps validators and episodes", async () => {
  const startMs = performance.now();

  const { result, guids, etag, blockMs } = await crawlThen(slowly({ text: FEED, pauseMs: 25, hasEnd: false }));

  assert.ok(performance.now() - startMs < TIMEOUT_MS * 3);
  assert.ok(result.kind === "failed" && /no complete reply within 10000 ms/.test(result.error), JSON.stringify(result));
  assert.deepEqual([guids, etag], [["1"], '"first"']);
  assert.ok(blockMs < 500, `blocked for ${blockMs} ms`);
});

const MIB = 1_048_576;
// 64 MiB of a feed, of which each half alone is over the limit.
const bomb = Buffer.alloc(64 * MIB, "<item><title>bomb</title></item>\n");
const gzipBomb = gzipSync(bomb);
for (const [name, headers, body] of [
  ["gzip", { "Content-Encoding": "gzip" }, gzipBomb],
  ["brotli", { "Content-Encoding": "br" }, brotliCompressSync(bomb)],
  ["zstd", { "Content-Encoding": "zstd" }, zstdCompressSync(bomb)],
  ["a gzip file without an encoding", {}, gzipBomb],
  ["a gzip file in gzip", { "Content-Encoding": "gzip" }, gzipSync(gzipBomb)],
  ["a gzip file in brotli", { "Content-Encoding": "br" }, brotliCompressSync(gzipBomb)],
  ["a gzip file in zstd", { "Content-Encoding": "zstd" }, zstdCompressSync(gzipBomb)],
] as const) {
  test(`xml X36: run() refuses a bomb, ${name}, and keeps validators and episodes`, async () => {
    const { result, guids, etag, blockMs } = await crawlThen({ headers: { ...headers, ETag: '"second"' }, body });

    assert.ok(result.kind === "failed" && /over 16777216 bytes|over 16 MiB/.test(result.error), JSON.stringify(result));
    assert.deepEqual([guids, etag], [["1"], '"first"']);
    assert.ok(blockMs < 500, `blocked for ${blockMs} ms`);
  });
}

test("xml X36: run() takes no gzip file for a feed that is in a gzip file in gzip", async () => {
  const body = gzipSync(gzipSync(gzipSync(FEED)));

  const { result, guids } = await crawlThen({ headers: { "Content-Encoding": "gzip" }, body });

  assert.equal(result.kind, "failed");
  assert.deepEqual(guids, ["1"]);
});
