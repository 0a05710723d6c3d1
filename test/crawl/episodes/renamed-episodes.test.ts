import assert from "node:assert/strict";
import test from "node:test";
import { accountEpisode } from "../../../shared/db/schema.ts";
import { countNewEpisodes } from "../../../shared/listening/count-new-episodes.ts";
import * as episodeStateUpdater from "../../../shared/listening/episode-state-updater.ts";
import { listNewEpisodes } from "../../../shared/listening/list-new-episodes.ts";
import * as subscriptionUpdater from "../../../shared/listening/subscription-updater.ts";
import { insertAccount } from "../../support/rows.ts";
import { createCrawls, feedOf, type Item } from "./crawls.ts";

const { ctx, add, episodesOf } = await createCrawls();

const MARCH_1 = "Sun, 01 Mar 2026 10:00:00 GMT";
const MARCH_2 = "Mon, 02 Mar 2026 10:00:00 GMT";
const MARCH_3 = "Tue, 03 Mar 2026 10:00:00 GMT";
const MARCH_4 = "Wed, 04 Mar 2026 10:00:00 GMT";

const ONE: Item = { title: "One", guid: "g-1", date: MARCH_1, duration: 1_234 };
const TWO: Item = { title: "Two", guid: "g-2", date: MARCH_2, duration: 2_345 };
const THREE: Item = { title: "Three", guid: "g-3", date: MARCH_3, duration: 3_456 };

async function idsByTitle(podcastId: number): Promise<Record<string, number>> {
  return Object.fromEntries((await episodesOf(podcastId)).map(({ title, id }) => [title, id]));
}

test("an episode whose guid changed keeps its id and its listeners' state, and nothing old is new again", async () => {
  const { podcastId, crawl } = await add(feedOf([TWO, ONE]));
  const accountId = await insertAccount(ctx.db);
  await subscriptionUpdater.run(ctx, { accountId, podcastId, isSubscribed: true });
  const before = await episodesOf(podcastId);
  for (const { id } of before) await episodeStateUpdater.run(ctx, { accountId, episodeId: id, isPlayed: true });
  const states = await ctx.db.once.select().from(accountEpisode);

  const result = await crawl(
    feedOf([
      { title: "Three", guid: "new-3", date: MARCH_3 },
      { ...TWO, guid: "new-2" },
      { ...ONE, guid: "new-1" },
    ]),
  );

  assert.ok(result.kind === "changed");
  assert.deepEqual([result.numInserted, result.numUpdated], [1, 2]);
  const after = await episodesOf(podcastId);
  assert.deepEqual(
    after.slice(0, 2).map(({ id, createdAt }) => ({ id, createdAt })),
    before.map(({ id, createdAt }) => ({ id, createdAt })),
  );
  assert.deepEqual(
    after.map(({ guid, absentSince }) => [guid, absentSince]),
    [
      ["new-1", null],
      ["new-2", null],
      ["new-3", null],
    ],
  );
  assert.deepEqual(await ctx.db.once.select().from(accountEpisode), states);
  const parts = { hasDetails: false, hasNotes: false };
  const fresh = await listNewEpisodes(ctx.db, { accountId, parts, first: 20, after: undefined });
  assert.deepEqual(
    fresh.map(({ node }) => node.title),
    ["Three"],
  );
  assert.deepEqual([...(await countNewEpisodes(ctx.db, { accountId, podcastIds: [podcastId] }))], [[podcastId, 1]]);
});

const RENAMED: [string, before: Item, after: Item][] = [
  [
    "has no guid and another query",
    { ...ONE, guid: undefined, url: "https://dts.example.org/r/ep1.mp3?updated=100" },
    { ...ONE, guid: undefined, url: "https://dts.example.org/r/ep1.mp3?updated=200" },
  ],
  [
    "has no guid, another query and another date",
    { ...ONE, guid: undefined, duration: undefined, url: "https://dts.example.org/r/ep1.mp3?updated=100" },
    {
      ...ONE,
      guid: undefined,
      duration: undefined,
      date: MARCH_4,
      url: "https://dts.example.org/r/ep1.mp3?updated=200",
    },
  ],
  [
    "has no guid, and moves from http to https",
    { ...ONE, guid: undefined, url: "http://media.example.org/1.mp3" },
    { ...ONE, guid: undefined, url: "https://media.example.org/1.mp3" },
  ],
  ["gets a guid later", { ...ONE, guid: undefined }, { ...ONE, guid: "late" }],
  ["loses its guid", ONE, { ...ONE, guid: undefined }],
  [
    "is uploaded again with a later date and another guid",
    ONE,
    { ...ONE, guid: "again", date: MARCH_4, url: "https://media.example.com/again.mp3" },
  ],
  [
    "is dated anew, with another guid and no duration",
    { ...ONE, duration: undefined },
    { ...ONE, guid: "x", date: MARCH_4 },
  ],
  [
    "moves to another host with another guid",
    { ...ONE, duration: undefined },
    { ...ONE, guid: "x", duration: undefined, url: "https://other.example.net/abc" },
  ],
  [
    "moves behind a counter of downloads",
    ONE,
    {
      ...ONE,
      guid: "x",
      date: MARCH_4,
      url: "https://count.example.net/e/redirect.mp3/media.example.com/One.mp3?src=feed",
    },
  ],
  [
    "is uploaded again to the same URL, with a later date and another guid",
    { ...ONE, url: "https://media.example.com/again.mp3" },
    { ...ONE, guid: "again", date: MARCH_4, url: "https://media.example.com/again.mp3" },
  ],
  [
    "is renamed and dated some hours later, with another guid",
    ONE,
    {
      ...ONE,
      guid: "x",
      title: "One, remastered",
      date: "Sun, 01 Mar 2026 14:00:00 GMT",
      url: "https://media.example.com/One.mp3",
    },
  ],
  [
    "is renamed, with another guid",
    ONE,
    { ...ONE, guid: "x", title: "One, remastered", url: "https://media.example.com/One.mp3" },
  ],
  [
    "has another guid, and case and accents in its title",
    { ...ONE, title: "Señor One" },
    { ...ONE, guid: "x", title: "SENOR ONE!", url: "https://other.example.net/1.mp3" },
  ],
];
for (const [name, before, changed] of RENAMED) {
  test(`an episode keeps its id, when it ${name}`, async () => {
    const { podcastId, crawl } = await add(feedOf([THREE, TWO, before]));
    const [first] = await episodesOf(podcastId);

    await crawl(feedOf([THREE, TWO, changed]));

    const [stored, ...others] = await episodesOf(podcastId);
    assert.equal(others.length, 2);
    assert.equal(stored?.id, first?.id);
    assert.deepEqual([stored?.title, stored?.absentSince], [changed.title, null]);
    assert.equal(stored?.mediaUrl, changed.url ?? `https://media.example.com/${changed.title}.mp3`);
  });
}

const LATEST = "https://media.example.com/latest.mp3";
const BULLETIN: Item = { title: "The Bulletin", guid: "b-1", date: MARCH_1, url: LATEST };
const TRAILER: Item = { title: "Trailer", guid: "trailer", date: MARCH_1 };

const OTHERS: [string, before: Item[], after: Item[]][] = [
  ["is the next day's bulletin", [BULLETIN], [{ ...BULLETIN, guid: "b-2", date: MARCH_2 }]],
  [
    "is the next day's bulletin, of another length",
    [{ ...BULLETIN, duration: 300 }],
    [{ ...BULLETIN, guid: "b-2", date: MARCH_2, duration: 310 }],
  ],
  [
    "is the next day's bulletin, beside a trailer",
    [BULLETIN, TRAILER],
    [{ ...BULLETIN, guid: "b-2", date: MARCH_2 }, TRAILER],
  ],
  [
    "is the next day's bulletin of another length, beside episodes that stay",
    [{ ...BULLETIN, duration: 300 }, TWO, ONE],
    [{ ...BULLETIN, guid: "b-2", date: MARCH_2, duration: 310 }, TWO, ONE],
  ],
  [
    "is the next day's bulletin of another size, beside episodes that stay",
    [{ ...BULLETIN, bytes: 4_800_123 }, TWO, ONE],
    [{ ...BULLETIN, guid: "b-2", date: MARCH_2, bytes: 4_799_000 }, TWO, ONE],
  ],
  [
    "is the next hour's bulletin, of another length",
    [{ ...BULLETIN, duration: 300 }],
    [{ ...BULLETIN, guid: "b-2", date: "Sun, 01 Mar 2026 11:00:00 GMT", duration: 310 }],
  ],
  [
    "is the evening's, under the morning's URL",
    [{ ...BULLETIN, title: "Morning" }],
    [{ ...BULLETIN, title: "Evening", guid: "b-2", date: "Sun, 01 Mar 2026 18:00:00 GMT" }],
  ],
  [
    "is the news of the next hour, beside a trailer",
    [{ ...BULLETIN, url: "https://e.com/9.mp3" }, TRAILER],
    [{ ...BULLETIN, guid: "b-2", date: "Sun, 01 Mar 2026 11:00:00 GMT", url: "https://e.com/10.mp3" }, TRAILER],
  ],
  [
    "has the title of one that is still listed",
    [ONE],
    [{ ...ONE, guid: "x", date: MARCH_4, url: "https://e.com/x" }, ONE],
  ],
  [
    "reuses the media URL of another",
    [TWO, { ...ONE, url: "https://media.example.com/latest.mp3" }],
    [{ title: "Five", guid: "x", date: MARCH_4, url: "https://media.example.com/latest.mp3" }, TWO],
  ],
  [
    "is the news of the next hour, in a feed that lists only the newest",
    [{ title: "News", guid: "9", date: "Sun, 01 Mar 2026 09:00:00 GMT", url: "https://e.com/9.mp3", duration: 60 }],
    [{ title: "News", guid: "10", date: "Sun, 01 Mar 2026 10:00:00 GMT", url: "https://e.com/10.mp3", duration: 60 }],
  ],
  [
    "is a trailer, as is one of another season",
    [TWO, { title: "Trailer", guid: "t1", date: MARCH_1, duration: 60, extra: "<itunes:season>1</itunes:season>" }],
    [
      {
        title: "Trailer",
        guid: "t2",
        date: MARCH_4,
        duration: 60,
        url: "https://e.com/t2",
        extra: "<itunes:season>2</itunes:season>",
      },
      TWO,
    ],
  ],
  [
    "could be either of two",
    [TWO, { ...ONE, title: "Trailer" }, { ...ONE, title: "Trailer", guid: "t", date: MARCH_2, url: "https://e.com/t" }],
    [{ ...ONE, title: "Trailer", guid: "x", date: MARCH_4, url: "https://e.com/x" }, TWO],
  ],
  [
    "has no guid, and a file name that a query completes",
    [TWO, { ...ONE, guid: undefined, url: "https://e.com/download.php?id=1" }],
    [{ title: "Six", date: MARCH_1, url: "https://e.com/download.php?id=6" }, TWO],
  ],
];
for (const [name, before, after] of OTHERS) {
  test(`an episode is new, when it ${name}`, async () => {
    const { podcastId, crawl } = await add(feedOf(before));

    const result = await crawl(feedOf(after));

    assert.ok(result.kind === "changed");
    assert.equal(result.numInserted, 1);
    assert.equal((await episodesOf(podcastId)).length, before.length + 1);
  });
}

test("each day's bulletin of a show that overwrites one file is new and unplayed", async () => {
  const { podcastId, crawl } = await add(feedOf([{ ...BULLETIN, title: "Morning" }]));
  const accountId = await insertAccount(ctx.db);
  await subscriptionUpdater.run(ctx, { accountId, podcastId, isSubscribed: true });

  for (const [i, title] of ["Evening", "Morning", "Evening", "Morning"].entries()) {
    for (const { id } of await episodesOf(podcastId))
      await episodeStateUpdater.run(ctx, { accountId, episodeId: id, isPlayed: true });
    const date = new Date(Date.parse(MARCH_1) + (i + 1) * 12 * 3_600_000).toUTCString();
    await crawl(feedOf([{ ...BULLETIN, title, guid: `b-${date}`, date }]));

    assert.equal((await episodesOf(podcastId)).length, i + 2);
    assert.deepEqual([...(await countNewEpisodes(ctx.db, { accountId, podcastIds: [podcastId] }))], [[podcastId, 1]]);
  }
});

test("two trailers each stay themselves, when all guids change", async () => {
  const trailers: Item[] = [
    { title: "Trailer", guid: "a", date: MARCH_1, url: "https://e.com/a.mp3" },
    { title: "Trailer", guid: "b", date: MARCH_3, url: "https://e.com/b.mp3" },
  ];
  const { podcastId, crawl } = await add(feedOf(trailers));
  const before = new Map((await episodesOf(podcastId)).map(({ mediaUrl, id }) => [mediaUrl, id]));

  await crawl(feedOf(trailers.map((item) => ({ ...item, guid: `new-${item.guid}` }))));

  assert.deepEqual(new Map((await episodesOf(podcastId)).map(({ mediaUrl, id }) => [mediaUrl, id])), before);
});

test("an episode keeps its id, when its guid flips with every crawl", async () => {
  const { podcastId, crawl } = await add(feedOf([TWO, ONE]));
  const before = await idsByTitle(podcastId);

  for (const prefix of ["x", "g", "x"])
    await crawl(feedOf([TWO, ONE].map((item) => ({ ...item, guid: `${prefix}-${item.title}` }))));

  assert.deepEqual(await idsByTitle(podcastId), before);
});

test("several episodes under one guid are all stored, and stay themselves when one more comes", async () => {
  const guid = "https://example.org/podcast";
  const items = [THREE, TWO, ONE].map((item) => ({ ...item, guid }));
  const { podcastId, crawl } = await add(feedOf(items));
  const before = await idsByTitle(podcastId);

  const result = await crawl(feedOf([{ title: "Four", guid, date: MARCH_4 }, ...items]));

  assert.deepEqual(Object.keys(before).sort(), ["One", "Three", "Two"]);
  assert.ok(result.kind === "changed");
  assert.deepEqual([result.numInserted, result.numUpdated, result.numSkipped], [1, 0, 0]);
  const { Four: _, ...kept } = await idsByTitle(podcastId);
  assert.deepEqual(kept, before);
});

test("the episode that is stored under a guid stays itself, when others get the same", async () => {
  const { podcastId, crawl } = await add(feedOf([ONE]));
  const before = await idsByTitle(podcastId);

  await crawl(feedOf([{ ...TWO, guid: "g-1" }, ONE]));

  const after = await idsByTitle(podcastId);
  assert.equal(after.One, before.One);
  assert.deepEqual(Object.keys(after).sort(), ["One", "Two"]);
});

test("an episode that leaves the feed is kept and marked, and is the same when it comes back", async () => {
  const { podcastId, crawl } = await add(feedOf([TWO, ONE]));
  const [before] = await episodesOf(podcastId);

  await crawl(feedOf([THREE, TWO]));
  const [left] = await episodesOf(podcastId);
  await crawl(feedOf([THREE]));
  const [stillLeft] = await episodesOf(podcastId);
  await crawl(feedOf([THREE, ONE]));
  const [back] = await episodesOf(podcastId);

  assert.ok(left?.absentSince);
  assert.ok(left.updatedAt > (before?.updatedAt ?? 0));
  assert.deepEqual(stillLeft, left);
  assert.deepEqual({ ...back, updatedAt: undefined }, { ...before, updatedAt: undefined });
});

test("a feed without episodes marks none", async () => {
  const { podcastId, crawl } = await add(feedOf([ONE]));
  const before = await episodesOf(podcastId);

  await crawl(feedOf([]));

  assert.deepEqual(await episodesOf(podcastId), before);
});

test("a crawl that finds all guids writes no row and marks none", async () => {
  const { podcastId, crawl } = await add(feedOf([TWO, ONE]));
  const before = await episodesOf(podcastId);

  const result = await crawl(feedOf([TWO, ONE], { channel: "<description>Other</description>" }));

  assert.ok(result.kind === "changed");
  assert.deepEqual([result.numInserted, result.numUpdated], [0, 0]);
  assert.deepEqual(await episodesOf(podcastId), before);
});
