import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { eq, sql } from "drizzle-orm";
import { job, podcast, podcastCrawl, podcastFeedLocation, rateLimit } from "../../../shared/db/schema.ts";
import { startArtifact } from "../../support/artifact.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertPodcast } from "../../support/rows.ts";

const HOUR_MS = 3_600_000;

const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });
const { url } = await startArtifact({ name: "api-hub-pubnotify", environment: { DATABASE_URL: databaseUrl } });

beforeEach(async () => {
  await db.once.delete(podcast);
  await db.once.delete(job);
  await db.once.delete(rateLimit);
});

/** A podcast that is due in an hour. */
async function insert(values: Parameters<typeof insertPodcast>[1] = {}): Promise<number> {
  const podcastId = await insertPodcast(db, values);
  await db.once
    .update(podcastCrawl)
    .set({ dueAt: new Date(Date.now() + HOUR_MS) })
    .where(eq(podcastCrawl.podcastId, podcastId));
  return podcastId;
}

async function notify(query: string, address = "9.9.9.9") {
  const reply = await fetch(`${url}/api/1.0/hub/pubnotify?${query}`, { headers: { "x-forwarded-for": address } });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

async function isDue(podcastId: number): Promise<boolean> {
  const rows = await db.once.execute(sql`
    select from podcast_crawl where podcast_id = ${podcastId}::bigint and due_at <= podcore_now()`);
  return rows.length > 0;
}

const MARKED = { status: "true", description: "Feed marked for immediate update." };

test("api-hub-pubnotify makes a feed due by its id", async () => {
  const podcastId = await insert();

  const { status, headers, text } = await notify(`id=${podcastId}&url=`);

  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(text), MARKED);
  assert.equal(headers.get("access-control-allow-origin"), "*");
  assert.ok(await isDue(podcastId));
  assert.equal((await db.once.select().from(job)).length, 1);
});

test("api-hub-pubnotify finds a feed by its URL, written differently, and prints prettily", async () => {
  const podcastId = await insert();

  const { text } = await notify(`url=http://feeds.example.com/${podcastId}?utm_source=a&pretty`);

  assert.deepEqual(JSON.parse(text), MARKED);
  assert.match(text, /^\{\n {4}"status"/);
  assert.ok(await isDue(podcastId));
});

test("api-hub-pubnotify answers the same for feeds that are unknown, private, blocked or merged", async () => {
  const hidden = [
    await insert({ isPrivate: true, privateReason: "marked" }),
    await insert({ takenDownAt: new Date(), takenDownReason: "A test" }),
    await insert({ mergedAt: new Date() }),
  ];
  const queries = [
    "id=999999",
    "url=https://unknown.example.com/feed",
    ...hidden.flatMap((id) => [`id=${id}`, `url=https://feeds.example.com/${id}`]),
  ];

  const replies = await Promise.all(queries.map((query) => notify(query)));

  assert.deepEqual(
    replies.map(({ status, text }) => [status, text]),
    queries.map(() => [400, '{"status":"false","description":"Feed not found"}']),
  );
  for (const id of hidden) assert.ok(!(await isDue(id)));
});

for (const [name, query, description] of [
  ["neither id nor URL", "", /id or url is required/],
  ["empty parameters", "id=&url=", /id or url is required/],
  ["an id that is no number", "id=abc", /"abc" is not an id/],
  ["an id that is too large", `id=${"9".repeat(30)}`, /is not an id/],
  ["a URL of another scheme", "url=javascript:alert(1)", /Cannot use "javascript:alert\(1\)" as a feed URL/],
  ["a URL of 10 000 characters", `url=https://a.example.com/${"a".repeat(10_000)}`, /over 2000 characters/],
] as const) {
  test(`api-hub-pubnotify refuses ${name}`, async () => {
    const { status, text } = await notify(query);

    const reply = JSON.parse(text);
    assert.equal(status, 400);
    assert.equal(reply.status, "false");
    assert.match(reply.description, description);
  });
}

test("api-hub-pubnotify marks a feed ten times an hour, whoever asks", async () => {
  const podcastId = await insert();
  const statuses: number[] = [];

  for (let i = 0; i < 11; i += 1) statuses.push((await notify(`id=${podcastId}`, `9.9.${i}.9`)).status);
  const last = await notify(`id=${podcastId}`);

  assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 200), 429]);
  assert.ok(Number(last.headers.get("retry-after")) > 3_000);
  assert.equal(JSON.parse(last.text).status, "false");
});

test("api-hub-pubnotify answers one network 600 times in ten minutes, and others then", async () => {
  const podcastId = await insert();
  await notify("id=1");
  await db.once.update(rateLimit).set({ numTaken: 600 }).where(eq(rateLimit.kind, "pubnotify"));

  const [sameNetwork, other] = [
    await notify(`id=${podcastId}`, "9.9.9.10"),
    await notify(`id=${podcastId}`, "9.9.10.9"),
  ];

  assert.deepEqual([sameNetwork.status, other.status], [429, 200]);
});

test("api-hub-pubnotify does not make a feed due that was crawled in the last minute, but at the minute's end", async () => {
  const podcastId = await insert();
  await db.once.update(podcastCrawl).set({ lastAttemptedAt: new Date(Date.now() - 20_000) });

  const { status } = await notify(`url=${encodeURIComponent((await feedUrlOf(podcastId)) ?? "")}`);

  const [row] = await db.once.select().from(podcastCrawl);
  const dueInMs = (row?.dueAt.getTime() ?? 0) - Date.now();
  assert.equal(status, 200);
  assert.ok(dueInMs > 20_000 && dueInMs <= 41_000, `due in ${dueInMs} ms`);
});

async function feedUrlOf(podcastId: number): Promise<string | undefined> {
  const [row] = await db.once.select().from(podcastFeedLocation).where(eq(podcastFeedLocation.podcastId, podcastId));
  return row?.feedUrl;
}
