import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { eq } from "drizzle-orm";
import { episode, podcast, podcastFeedLocation } from "../../shared/db/schema.ts";
import { UserError } from "../../shared/errors.ts";
import { findPodcast } from "../../shared/podcasts/find-podcast.ts";
import { listEpisodes } from "../../shared/podcasts/list-episodes.ts";
import { listPodcasts } from "../../shared/podcasts/list-podcasts.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import * as podcastRemover from "../../shared/podcasts/podcast-remover.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { fetch } from "../support/loopback.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

const lines: string[] = [];
const ctx = createContext({ databaseUrl: await createDatabase(), fetch, writeLog: (text) => lines.push(text) });
const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);

beforeEach(async () => {
  origin.requests.splice(0);
  await ctx.db.once.delete(podcast);
});

function add(path: string, reply: Reply): Promise<podcastAdder.AddResult> {
  script[path] = reply;
  return podcastAdder.run(ctx, { url: `${origin.url}${path}` });
}

test("fetch 77: run() adds a podcast with exactly one GET, and tells what was found", async () => {
  const body = rss({ items: [{ guid: "1" }, { guid: "1" }, { guid: "2" }] });

  const { podcastId, ...found } = await add("/feed", body);

  assert.equal(origin.requests.length, 1);
  assert.ok(podcastId > 0);
  assert.deepEqual(found, {
    title: "A Show",
    isNew: true,
    isPrivate: false,
    numEpisodes: 2,
    numSkipped: 1,
    skipped: [{ position: 1, guid: "1", title: "Episode 1", reason: "duplicate guid" }],
  });
});

test("run() refreshes a podcast that is known", async () => {
  const first = await add("/feed", rss());

  const second = await add("/feed", rss({ items: [{ guid: "1" }, { guid: "2" }] }));

  assert.equal(second.podcastId, first.podcastId);
  assert.deepEqual([second.isNew, second.numEpisodes], [false, 2]);
});

test("run() makes one podcast, when the same feed is added ten times at once", async () => {
  const results = await Promise.all(Array.from({ length: 10 }, () => add("/feed", rss())));

  assert.equal(new Set(results.map(({ podcastId }) => podcastId)).size, 1);
  assert.equal(results.filter(({ isNew }) => isNew).length, 1);
  assert.equal((await ctx.db.once.select().from(podcast)).length, 1);
});

test("fetch 36: run() finds the podcast that a feed has moved to, and remembers the old URL", async () => {
  const known = await add("/new", rss());

  const result = await add("/old", { status: 301, headers: { Location: "/new" } });

  const locations = await ctx.db.once
    .select()
    .from(podcastFeedLocation)
    .where(eq(podcastFeedLocation.podcastId, known.podcastId));
  assert.deepEqual([result.podcastId, result.isNew], [known.podcastId, false]);
  assert.deepEqual(
    locations
      .map(({ feedUrl, isCurrent }) => ({ feedUrl, isCurrent }))
      .sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent)),
    [
      { feedUrl: `${origin.url}/new`, isCurrent: true },
      { feedUrl: `${origin.url}/old`, isCurrent: false },
    ],
  );
});

for (const [name, secretUrl] of [
  ["run() makes a podcast private, when its URL holds credentials", "http://listener:hunter2@"],
  ["run() makes a podcast private, when its URL holds a token", "http://"],
] as const) {
  test(name, async () => {
    lines.splice(0);
    script["/private"] = rss();
    const url = `${secretUrl}${origin.url.slice("http://".length)}/private${secretUrl.includes("@") ? "" : "?auth=hunter2"}`;

    const { podcastId, isPrivate } = await podcastAdder.run(ctx, { url });

    assert.equal(isPrivate, true);
    assert.equal(await findPodcast(ctx.db, { id: podcastId, accountId: undefined }), undefined);
    assert.deepEqual(await listPodcasts(ctx.db, { first: 10 }), []);
    assert.deepEqual(await listEpisodes(ctx.db, { podcastId, accountId: undefined, first: 10 }), []);
    assert.doesNotMatch(lines.join(""), /hunter2/);
  });
}

test("run() makes a podcast private, when it redirects to a URL with a token", async () => {
  script["/paid"] = rss();

  const { podcastId, isPrivate } = await add("/free", {
    status: 301,
    headers: { Location: "/paid?auth_token=hunter2" },
  });

  const locations = await ctx.db.once
    .select()
    .from(podcastFeedLocation)
    .where(eq(podcastFeedLocation.podcastId, podcastId));
  assert.equal(isPrivate, true);
  assert.deepEqual(
    locations.map(({ feedUrl }) => feedUrl),
    [`${origin.url}/free`],
  );
});

test("run() makes one podcast, when URLs that move to the same feed are added at once", async () => {
  script["/target"] = rss();

  const results = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((i) => add(`/moved-${i}`, { status: 301, headers: { Location: "/target" } })),
  );

  assert.equal(new Set(results.map(({ podcastId }) => podcastId)).size, 1);
});

test("run() refuses a URL that is too long to store, before it asks anybody", async () => {
  await assert.rejects(add(`/${"a".repeat(3_000)}`, rss()), /as a feed URL: it is over 2000 characters$/);
  assert.equal(origin.requests.length, 0);
});

test("run() keeps a show that asks to be blocked off the list, and shows it to who knows it", async () => {
  const { podcastId } = await add("/feed", rss({ extra: "<itunes:block>Yes</itunes:block>" }));

  assert.deepEqual(await listPodcasts(ctx.db, { first: 10 }), []);
  assert.equal((await findPodcast(ctx.db, { id: podcastId, accountId: undefined }))?.id, podcastId);
});

test("run() says what could not be done, when there is no feed", async () => {
  await assert.rejects(
    add("/text", "not a feed"),
    (error) =>
      error instanceof UserError &&
      error.status === 422 &&
      error.message === `Cannot add "${origin.url}/text": Cannot read feed: no <rss>, <rdf:RDF> or <feed> element`,
  );
  await assert.rejects(
    add("/gone", { status: 404 }),
    /That podcast doesn't seem to exist on the host's servers \(404\)\./,
  );
  await assert.rejects(
    podcastAdder.run(ctx, { url: "gopher://example.com/" }),
    /Cannot use "gopher:\/\/example\.com\/" as a feed URL/,
  );
  assert.equal((await ctx.db.once.select().from(podcast)).length, 0);
});

test("run() stores a feed whose values are too long, cut to what is kept of them", async () => {
  const long = (length: number) => "x".repeat(length);
  const item = {
    guid: long(3_000),
    mediaUrl: "https://media.example.com/1.mp3",
    title: long(3_000),
    extra: `<link>https://example.com/${long(3_000)}</link><description>${long(70_000)}</description>`,
  };
  const extra = `<language>${long(300)}</language><itunes:author>${long(300)}</itunes:author><itunes:summary>${long(9_000)}</itunes:summary>`;

  const { podcastId, numEpisodes } = await add("/feed", rss({ title: long(3_000), items: [item], extra }));

  const [show] = await ctx.db.once.select().from(podcast).where(eq(podcast.id, podcastId));
  const [stored] = await ctx.db.once.select().from(episode).where(eq(episode.podcastId, podcastId));
  assert.equal(numEpisodes, 1);
  assert.deepEqual([show?.title.length, show?.author?.length, show?.language], [500, 200, null]);
  assert.deepEqual([stored?.guid.length, stored?.title.length, stored?.linkUrl], [2_000, 500, null]);
  assert.equal(stored?.descriptionSource?.length, 64_000);
});

test("run() of the remover removes a podcast with all that hangs on it", async () => {
  const { podcastId } = await add("/feed", rss({ items: [{ guid: "1" }, { guid: "2" }] }));

  const removed = await podcastRemover.run(ctx, { podcastId });

  assert.deepEqual(removed, { podcastId, title: "A Show", numEpisodes: 2 });
  assert.equal((await ctx.db.once.select().from(podcastFeedLocation)).length, 0);
  await assert.rejects(
    podcastRemover.run(ctx, { podcastId }),
    /Not found: resource "podcast" with ID \d+ was not found\./,
  );
});
