import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import { NOBODY } from "../../shared/context.ts";
import { directoryPodcast } from "../../shared/db/schema.ts";
import { findPodcast } from "../../shared/podcasts/find-podcast.ts";
import * as directoryPodcastAdder from "../../shared/search/directory-podcast-adder.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { fetch } from "../support/loopback.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertPodcast } from "../support/rows.ts";

const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
const databaseUrl = await createDatabase();
const from = (address: string) => createContext({ databaseUrl, fetch, caller: { ...NOBODY, address } });
const ctx = from("192.0.2.7");
const { db } = ctx;

beforeEach(async () => {
  origin.requests.splice(0);
  await db.once.execute(sql`truncate podcast, directory_podcast, rate_limit cascade`);
});

let numHits = 0;
async function insertHit(feedUrl: string): Promise<number> {
  const vendorId = String(++numHits);
  const [row] = await db.once
    .insert(directoryPodcast)
    .values({ directoryId: sql`(select id from directory)`, vendorId, title: "Listed", feedUrl })
    .returning({ id: directoryPodcast.id });
  return row?.id ?? 0;
}

async function findHit(id: number) {
  const rows = await db.once.select().from(directoryPodcast);
  return rows.find((row) => row.id === id);
}

test("run() adds the podcast of a hit, remembers it, and fetches nothing the next time", async () => {
  script["/feed"] = rss({ title: "Night Trains" });
  const id = await insertHit(`${origin.url}/feed`);

  const added = await directoryPodcastAdder.run(ctx, { id });
  const again = await directoryPodcastAdder.run(ctx, { id });

  assert.equal(added.title, "Night Trains");
  assert.deepEqual(again, added);
  assert.equal(origin.requests.length, 1);
  assert.equal((await findHit(id))?.podcastId, added.id);
});

test("run() leads to a podcast that is stored under the hit's feed URL without fetching", async () => {
  const podcastId = await insertPodcast(db, { title: "Stored" });
  const id = await insertHit(`https://feeds.example.com/${podcastId}`);

  assert.deepEqual(await directoryPodcastAdder.run(ctx, { id }), { id: podcastId, title: "Stored" });
});

test("run() answers 404 for an unknown id", async () => {
  await assert.rejects(directoryPodcastAdder.run(ctx, { id: 4_000_000_000 }), { status: 404 });
});

test("run() records a failure, repeats it for ten minutes without fetching, and tries again then", async () => {
  script["/bad"] = "<html>no feed</html>";
  const id = await insertHit(`${origin.url}/bad`);
  const message = /^Cannot add "http:\/\/127\.0\.0\.1:\d+\/bad": /;

  await assert.rejects(directoryPodcastAdder.run(ctx, { id }), { status: 422, message });
  const failed = await findHit(id);
  const numFetches = origin.requests.length;
  await assert.rejects(directoryPodcastAdder.run(ctx, { id }), { status: 422, message: failed?.lastError ?? "" });
  assert.match(failed?.lastError ?? "", message);
  assert.ok(failed?.lastErrorAt);
  assert.equal(origin.requests.length, numFetches);

  script["/bad"] = rss();
  await db.once.execute(sql`update directory_podcast set last_error_at = last_error_at - interval '11 minutes'`);
  const added = await directoryPodcastAdder.run(ctx, { id });

  const { podcastId, lastError, lastErrorAt } = (await findHit(id)) ?? {};
  assert.deepEqual({ podcastId, lastError, lastErrorAt }, { podcastId: added.id, lastError: null, lastErrorAt: null });
});

test("run() shows everybody what a public directory lists, though somebody has marked it private", async () => {
  script["/private"] = rss({ title: "Listed" });
  const podcastId = await insertPodcast(db, { title: "Listed", isPrivate: true });
  await db.once.execute(
    sql`update podcast_feed_location set feed_url = ${`${origin.url}/private`} where podcast_id = ${podcastId}`,
  );
  const id = await insertHit(`${origin.url}/private`);

  const added = await directoryPodcastAdder.run(ctx, { id });

  assert.deepEqual(added, { id: podcastId, title: "Listed" });
  assert.equal((await findPodcast(db, { id: podcastId, accountId: undefined }))?.title, "Listed");
});

test("run() lets one network add 30 podcasts in ten minutes, and others meanwhile", async () => {
  script["/bad"] = { status: 404 };
  for (let i = 0; i < 30; i++) {
    const id = await insertHit(`${origin.url}/bad?${i}`);
    await assert.rejects(directoryPodcastAdder.run(i % 2 ? ctx : from("192.0.2.8"), { id }), { status: 422 });
  }
  script["/feed"] = rss();
  const id = await insertHit(`${origin.url}/feed`);

  await assert.rejects(directoryPodcastAdder.run(ctx, { id }), (error: { status: number; headers: object }) => {
    assert.equal(error.status, 429);
    assert.match(JSON.stringify(error.headers), /"retry-after":"\d+"/);
    return true;
  });
  const added = await directoryPodcastAdder.run(from("2001:db8::1"), { id });
  assert.deepEqual(await directoryPodcastAdder.run(ctx, { id }), added);
});
