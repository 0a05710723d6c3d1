import assert from "node:assert/strict";
import test from "node:test";
import { eq, sql } from "drizzle-orm";
import * as episodePublisher from "../../../shared/crawl/episode-publisher.ts";
import { episode } from "../../../shared/db/schema.ts";
import { listNewEpisodes } from "../../../shared/listening/list-new-episodes.ts";
import * as subscriptionUpdater from "../../../shared/listening/subscription-updater.ts";
import { listEpisodes } from "../../../shared/podcasts/list-episodes.ts";
import { insertAccount } from "../../support/rows.ts";
import { createCrawls, feedOf, type Item } from "./crawls.ts";

const { ctx, add, episodesOf } = await createCrawls();
const NEW: Item = { title: "New", guid: "n", date: "Mon, 02 Mar 2026 10:00:00 GMT" };

/** Titles and dates as lists have them. */
async function listed(podcastId: number): Promise<[string, string][]> {
  const edges = await listEpisodes(ctx.db, { podcastId, accountId: undefined, first: 50, after: undefined });
  return edges.map(({ node }) => [node.title, node.publishedAt.toISOString()]);
}

async function newTitles(accountId: number): Promise<string[]> {
  const parts = { hasDetails: false, hasNotes: false };
  const edges = await listNewEpisodes(ctx.db, { accountId, parts, first: 20, after: undefined });
  return edges.map(({ node }) => node.title);
}

for (const [name, date, expected] of [
  ["in Finnish", "Ke, 30 Lok 2013 11:34:37 +0000", "2013-10-30T11:34:37.000Z"],
  ["before 1970", "Fri, 12 Oct 1951 20:00:00 GMT", "1951-10-12T20:00:00.000Z"],
] as const) {
  test(`an episode with a date ${name} is dated by it, and is not new`, async () => {
    const { podcastId } = await add(feedOf([NEW, { title: "Old", guid: "o", date }]));
    const accountId = await insertAccount(ctx.db);
    await subscriptionUpdater.run(ctx, { accountId, podcastId, isSubscribed: true });

    const list = await listed(podcastId);

    assert.deepEqual(list, [
      ["New", "2026-03-02T10:00:00.000Z"],
      ["Old", expected],
    ]);
    assert.ok(!(await newTitles(accountId)).includes("Old"));
  });
}

test("an item whose date cannot be read is put between its neighbours, when a show is added and later", async () => {
  const [first, last]: Item[] = [NEW, { title: "Last", guid: "l", date: "Thu, 01 Jan 2026 10:00:00 GMT" }];
  const unreadable = (title: string): Item => ({ title, guid: title, date: "some day" });
  const { podcastId, crawl } = await add(feedOf([first ?? {}, unreadable("A"), unreadable("B"), last ?? {}]));
  const before = await listed(podcastId);

  await crawl(feedOf([NEW, unreadable("A"), unreadable("B"), unreadable("C"), last ?? {}, unreadable("D")]));

  assert.deepEqual(before, [
    ["New", "2026-03-02T10:00:00.000Z"],
    ["A", "2026-01-01T10:00:02.000Z"],
    ["B", "2026-01-01T10:00:01.000Z"],
    ["Last", "2026-01-01T10:00:00.000Z"],
  ]);
  const after = await listed(podcastId);
  assert.deepEqual(
    after.map(([title]) => title),
    ["New", "A", "C", "B", "Last", "D"].filter((title) => after.some(([other]) => other === title)),
  );
  assert.deepEqual(after.at(-1), ["D", "2026-01-01T09:59:59.000Z"]);
});

test("an undated item at the top of a known show arrived now, and below a stored one it did not", async () => {
  const undated = (title: string): Item => ({ title, guid: title });
  const { podcastId, crawl } = await add(feedOf([undated("A"), undated("B")]));
  const before = await listed(podcastId);

  await crawl(feedOf([undated("Top"), undated("A"), undated("B"), undated("Bottom")]));

  assert.deepEqual(
    before.map(([title, date]) => [title, date.slice(0, 10)]),
    [
      ["A", "1970-01-01"],
      ["B", "1970-01-01"],
    ],
  );
  const after = await listed(podcastId);
  assert.deepEqual(
    after.map(([title]) => title),
    ["Top", "A", "B", "Bottom"],
  );
  assert.ok(Math.abs(Date.parse(after[0]?.[1] ?? "") - Date.now()) < 600_000);
  assert.equal(after[3]?.[1].slice(0, 10), "1970-01-01");
});

test("an undated item arrived now, when a known show lists nothing else", async () => {
  const { podcastId, crawl } = await add(feedOf([{ title: "One", guid: "1" }]));

  await crawl(feedOf([{ title: "Two", guid: "2" }]));

  const [first, second] = await listed(podcastId);
  assert.deepEqual([first?.[0], second?.[0]], ["Two", "One"]);
  assert.ok(Math.abs(Date.parse(first?.[1] ?? "") - Date.now()) < 600_000);
});

test("a feed without dates takes the channel's, unless that is the time of the request", async () => {
  const items = [
    { title: "A", guid: "a" },
    { title: "B", guid: "b" },
  ];
  const old = await add(feedOf(items, { channel: "<pubDate>Mon, 02 Mar 2020 10:00:00 GMT</pubDate>" }));
  const built = await add(feedOf(items, { channel: `<lastBuildDate>${new Date().toUTCString()}</lastBuildDate>` }));

  assert.deepEqual(await listed(old.podcastId), [
    ["A", "2020-03-02T10:00:00.000Z"],
    ["B", "2020-03-02T09:59:59.000Z"],
  ]);
  assert.deepEqual(
    (await listed(built.podcastId)).map(([title, date]) => [title, date.slice(0, 4)]),
    [
      ["A", "1970"],
      ["B", "1970"],
    ],
  );
});

test("an episode keeps its date, when its item loses it", async () => {
  const { podcastId, crawl } = await add(feedOf([NEW]));
  const before = await listed(podcastId);

  await crawl(feedOf([{ ...NEW, date: "no date" }]));

  assert.deepEqual(await listed(podcastId), before);
});

const EMBARGO: Item = { title: "Embargo", guid: "e", date: "Fri, 30 Jan 2037 14:00:00 +0100" };

test("a date in the future leads no list until it has come", async () => {
  const { podcastId, crawl } = await add(feedOf([EMBARGO, NEW]));
  const accountId = await insertAccount(ctx.db);
  await subscriptionUpdater.run(ctx, { accountId, podcastId, isSubscribed: true });
  await crawl(
    feedOf([{ ...EMBARGO, title: "Second embargo", guid: "e2" }, EMBARGO, { ...NEW, title: "Newer", guid: "n2" }, NEW]),
  );
  const titles = async () => (await listed(podcastId)).map(([title]) => title);
  const before = await titles();
  const beforeNew = await newTitles(accountId);
  const none = await episodePublisher.run(ctx);

  await ctx.db.once.execute(
    sql`update episode set announced_for = podcore_now() - interval '1 minute' where guid = 'e'`,
  );
  const one = await episodePublisher.run(ctx);

  assert.deepEqual(
    before,
    ["Newer", "New", "Embargo", "Second embargo"].toSorted((a, b) => before.indexOf(a) - before.indexOf(b)),
  );
  assert.equal(before[0]?.startsWith("New"), true);
  assert.equal(beforeNew[0], "Newer");
  assert.deepEqual([none, one], [{ numPublished: 0 }, { numPublished: 1 }]);
  assert.equal((await titles())[0], "Embargo");
  const [row] = await ctx.db.once.select().from(episode).where(eq(episode.guid, "e"));
  assert.equal(row?.announcedFor, null);
});

test("an announced date is the feed's, and is gone when the feed takes it back", async () => {
  const { podcastId, crawl } = await add(feedOf([EMBARGO, NEW]));
  const dateOf = async () => (await episodesOf(podcastId)).find(({ guid }) => guid === "e");
  const before = await dateOf();

  await crawl(feedOf([{ ...EMBARGO, date: "Tue, 03 Mar 2026 10:00:00 GMT" }, NEW]));

  assert.equal(before?.announcedFor?.toISOString(), "2037-01-30T13:00:00.000Z");
  assert.ok(before.publishedAt < new Date("2026-03-02T10:00:00Z"));
  const after = await dateOf();
  assert.deepEqual([after?.announcedFor, after?.publishedAt.toISOString()], [null, "2026-03-03T10:00:00.000Z"]);
});

test("a stored episode keeps its date, when the feed moves it into the future", async () => {
  const { podcastId, crawl } = await add(feedOf([NEW]));

  await crawl(feedOf([{ ...NEW, date: EMBARGO.date ?? "" }]));

  assert.deepEqual(await listed(podcastId), [["New", "2026-03-02T10:00:00.000Z"]]);
});

test("a date less than a day ahead is used: time zones of feeds are wrong by hours", async () => {
  const date = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 20 * 3_600_000);
  const { podcastId } = await add(feedOf([{ ...NEW, date: date.toUTCString() }]));

  assert.deepEqual(await listed(podcastId), [["New", date.toISOString()]]);
});
