import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { eq, sql } from "drizzle-orm";
import type { Edge, PageRequest } from "../../shared/db/cursor.ts";
import { accountPodcast, episode, podcast } from "../../shared/db/schema.ts";
import { countNewEpisodes, NUM_NEW_MAX } from "../../shared/listening/count-new-episodes.ts";
import * as episodeStateUpdater from "../../shared/listening/episode-state-updater.ts";
import { type ListKind, listAccountEpisodes } from "../../shared/listening/list-account-episodes.ts";
import { listNewEpisodes } from "../../shared/listening/list-new-episodes.ts";
import { listSubscriptions } from "../../shared/listening/list-subscriptions.ts";
import * as subscriptionUpdater from "../../shared/listening/subscription-updater.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../support/rows.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;
const BRIEF = { hasDetails: false, hasNotes: false };
const FIRST = { first: 20, after: undefined };
let accountId: number;

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, account restart identity cascade`);
  accountId = await insertAccount(db);
});

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
type Said = Omit<Parameters<typeof episodeStateUpdater.run>[1], "accountId" | "episodeId">;
const say = (episodeId: number, said: Said) => episodeStateUpdater.run(ctx, { accountId, episodeId, ...said });
const setSubscribed = (podcastId: number, isSubscribed: boolean) =>
  subscriptionUpdater.run(ctx, { accountId, podcastId, isSubscribed });

async function insertSubscribed(values: Parameters<typeof insertPodcast>[1] = {}): Promise<number> {
  const podcastId = await insertPodcast(db, values);
  await setSubscribed(podcastId, true);
  return podcastId;
}

/** Inserts an episode that was stored before the account subscribed. */
const insertStored = (values: Parameters<typeof insertEpisode>[1]) =>
  insertEpisode(db, { createdAt: daysAgo(365), ...values });

async function titlesOf(kind: ListKind): Promise<string[]> {
  const edges = await listAccountEpisodes(db, { accountId, kind, ...FIRST });
  return edges.map(({ node }) => node.episode.title);
}

async function newTitles(): Promise<string[]> {
  const edges = await listNewEpisodes(db, { accountId, parts: BRIEF, ...FIRST });
  return edges.map(({ node }) => node.title);
}

/** Reads a list page by page, running `meanwhile` after each. */
async function readPages<T>(
  list: (page: PageRequest) => Promise<Edge<T>[]>,
  { first, meanwhile = async () => {} }: { first: number; meanwhile?: () => Promise<unknown> },
): Promise<T[]> {
  const nodes: T[] = [];
  for (let after: string | undefined; ; ) {
    const edges = await list({ first, after });
    nodes.push(...edges.slice(0, first).map((edge) => edge.node));
    if (edges.length <= first) return nodes;
    after = edges[first - 1]?.cursor;
    await meanwhile();
  }
}

test("listSubscriptions() lists what the account is subscribed to by title, private ones too, and nobody else's", async () => {
  for (const title of ["b", "A", "c"]) await insertSubscribed({ title });
  const added = await insertPodcast(db, { title: "added only" });
  await db.once.insert(accountPodcast).values({ accountId, podcastId: added, addedAt: new Date(), sequence: 0 });
  await setSubscribed(await insertSubscribed({ title: "left" }), false);
  await db.once.update(podcast).set({ isPrivate: true }).where(eq(podcast.title, "c"));
  const other = await insertAccount(db);

  const edges = await listSubscriptions(db, { accountId, ...FIRST });

  assert.deepEqual(
    edges.map(({ node }) => [node.podcast?.title, node.podcastId === node.podcast?.id, node.accountId]),
    ["A", "b", "c"].map((title) => [title, true, accountId]),
  );
  assert.deepEqual(await listSubscriptions(db, { accountId: other, ...FIRST }), []);
});

test("listSubscriptions() pages by title, those of equal titles too", async () => {
  for (const title of ["same", "Same", "x", "same", "a"]) await insertSubscribed({ title });

  const nodes = await readPages((page) => listSubscriptions(db, { accountId, ...page }), { first: 2 });

  assert.deepEqual(
    nodes.map((node) => node.podcast?.title.toLowerCase()),
    ["a", "same", "same", "same", "x"],
  );
  assert.equal(new Set(nodes.map((node) => node.id)).size, 5);
});

test("listNewEpisodes() lists what was published since a week before the subscription and is neither played nor started, newest first", async () => {
  const [one, two, unsubscribed] = [
    await insertSubscribed({ title: "One" }),
    await insertSubscribed(),
    await insertPodcast(db),
  ];
  const add = (podcastId: number, title: string, days: number, values = {}) =>
    insertStored({ podcastId, title, publishedAt: daysAgo(days), ...values });
  await add(one, "six days", 6);
  await add(two, "one day", 1);
  await add(one, "today", 0);
  await add(one, "eight days", 8);
  await add(one, "blocked", 1, { isBlocked: true });
  await add(unsubscribed, "not subscribed", 1);
  await say(await add(one, "played", 1), { isPlayed: true });
  await say(await add(one, "started", 1), { positionSeconds: 1 });
  await say(await add(one, "favourite", 2), { isFavorited: true });
  const unplayed = await add(one, "unplayed again", 3);
  await say(unplayed, { isPlayed: true });
  await say(unplayed, { isPlayed: false });

  const edges = await listNewEpisodes(db, { accountId, parts: BRIEF, ...FIRST });

  assert.deepEqual(
    edges.map(({ node }) => node.title),
    ["today", "one day", "favourite", "unplayed again", "six days"],
  );
  assert.deepEqual(edges[0]?.node.podcast, { id: one, title: "One", imageUrl: null });
});

test("listNewEpisodes() leaves out blocked episodes where the last two days fill the page, too", async () => {
  const podcastId = await insertSubscribed();
  await insertEpisode(db, { podcastId, title: "one", publishedAt: daysAgo(1.5) });
  await insertEpisode(db, { podcastId, title: "two", publishedAt: daysAgo(1) });
  await insertEpisode(db, { podcastId, title: "blocked", publishedAt: daysAgo(0.5), isBlocked: true });

  const edges = await listNewEpisodes(db, { accountId, parts: BRIEF, first: 1, after: undefined });

  assert.deepEqual(
    edges.map(({ node }) => node.title),
    ["two", "one"],
  );
});

test("listNewEpisodes() and countNewEpisodes() take what has arrived since the subscription for new, whatever its date says", async () => {
  const podcastId = await insertSubscribed();
  await insertStored({ podcastId, title: "archive", publishedAt: daysAgo(3_000) });
  await insertEpisode(db, { podcastId, title: "late", publishedAt: daysAgo(2_000) });
  await insertEpisode(db, { podcastId, title: "of 1951", publishedAt: new Date("1951-10-12T20:00:00Z") });
  await insertEpisode(db, { podcastId, title: "later", publishedAt: daysAgo(1_000) });

  const nodes = await readPages((page) => listNewEpisodes(db, { accountId, parts: BRIEF, ...page }), { first: 1 });
  const counts = await countNewEpisodes(db, { accountId, podcastIds: [podcastId] });

  assert.deepEqual(
    nodes.map(({ title }) => title),
    ["later", "late", "of 1951"],
  );
  assert.deepEqual([...counts], [[podcastId, 3]]);
});

test("listNewEpisodes() leaves out what a left podcast has, and begins anew when the account comes back", async () => {
  const podcastId = await insertSubscribed();
  await db.once.update(accountPodcast).set({ subscribedAt: daysAgo(100) });
  await insertStored({ podcastId, title: "old", publishedAt: daysAgo(50) });
  await insertStored({ podcastId, title: "fresh", publishedAt: daysAgo(1) });

  const before = await newTitles();
  await setSubscribed(podcastId, false);
  const left = await newTitles();
  await setSubscribed(podcastId, true);
  const back = await newTitles();

  assert.deepEqual([before, left, back], [["fresh", "old"], [], ["fresh"]]);
});

test("listNewEpisodes() pages without gap or repetition while episodes are played and come", async () => {
  const [one, two] = [await insertSubscribed(), await insertSubscribed()];
  const publishedAt = daysAgo(1);
  const ids: number[] = [];
  for (let i = 0; i < 12; i += 1) {
    ids.push(
      await insertEpisode(db, { podcastId: i % 2 ? one : two, publishedAt: i < 6 ? publishedAt : daysAgo(2 + i / 10) }),
    );
  }
  const seen: number[] = [];

  const nodes = await readPages((page) => listNewEpisodes(db, { accountId, parts: BRIEF, ...page }), {
    first: 3,
    async meanwhile() {
      const [edge] = await listNewEpisodes(db, { accountId, parts: BRIEF, first: 1, after: undefined });
      if (edge) await say(edge.node.id, { isPlayed: true });
      await insertEpisode(db, { podcastId: one, publishedAt: new Date() });
    },
  });
  seen.push(...nodes.map((node) => node.id));

  assert.equal(new Set(seen).size, seen.length);
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    ids,
  );
});

test("listNewEpisodes() reads the columns that are asked for", async () => {
  const podcastId = await insertSubscribed();
  await insertEpisode(db, { podcastId, publishedAt: daysAgo(1), descriptionHtml: "<p>Notes</p>", season: 3 });

  const [brief] = await listNewEpisodes(db, { accountId, parts: BRIEF, ...FIRST });
  const [full] = await listNewEpisodes(db, { accountId, parts: { hasDetails: true, hasNotes: true }, ...FIRST });

  assert.deepEqual([brief?.node.season, brief?.node.descriptionHtml], [undefined, undefined]);
  assert.deepEqual([full?.node.season, full?.node.descriptionHtml], [3, "<p>Notes</p>"]);
});

test("countNewEpisodes() counts what listNewEpisodes() lists, by podcast", async () => {
  const [one, none, left, other] = [
    await insertSubscribed(),
    await insertSubscribed(),
    await insertSubscribed(),
    await insertPodcast(db),
  ];
  for (const podcastId of [one, left, other]) {
    for (const days of [1, 2, 30]) await insertStored({ podcastId, publishedAt: daysAgo(days) });
  }
  await say(await insertEpisode(db, { podcastId: one, publishedAt: daysAgo(1) }), { isPlayed: true });
  await setSubscribed(left, false);

  const counts = await countNewEpisodes(db, { accountId, podcastIds: [one, none, left, other] });

  assert.deepEqual([...counts].sort(), [
    [one, 2],
    [none, 0],
  ]);
});

test("countNewEpisodes() counts up to its bound", async () => {
  const podcastId = await insertSubscribed();
  await db.once.execute(sql`
    insert into episode (podcast_id, guid, guid_sha256, item_sha256, title, published_at, media_url, namespace)
    select ${podcastId}, n, sha256(n::text::bytea), sha256(''), 'Episode', podcore_now(), 'https://example.com/1.mp3', '{}'
    from generate_series(1, ${NUM_NEW_MAX + 1}::int) n`);

  const counts = await countNewEpisodes(db, { accountId, podcastIds: [podcastId] });

  assert.deepEqual([...counts], [[podcastId, NUM_NEW_MAX]]);
});

test("listAccountEpisodes() lists what is in progress, the favourites and the history, each in its own order", async () => {
  const podcastId = await insertPodcast(db, { title: "Show" });
  const add = (title: string) => insertEpisode(db, { podcastId, title });
  const [a, b, c, d] = [await add("a"), await add("b"), await add("c"), await add("d")];
  await say(a, { positionSeconds: 10, at: minutesAgo(10) });
  await say(b, { positionSeconds: 20, at: minutesAgo(20) });
  await say(c, { isPlayed: true, at: minutesAgo(5) });
  await say(b, { isFavorited: true, at: minutesAgo(2) });
  await say(d, { isFavorited: true, at: minutesAgo(3) });
  await say(a, { isFavorited: false });

  assert.deepEqual(await titlesOf("in-progress"), ["a", "b"]);
  assert.deepEqual(await titlesOf("favorites"), ["b", "d"]);
  assert.deepEqual(await titlesOf("history"), ["c", "a", "b"]);
});

test("listAccountEpisodes() gives with each episode what a list shows of it", async () => {
  const podcastId = await insertPodcast(db, { title: "Show", imageUrl: "https://example.com/i.png" });
  const episodeId = await insertEpisode(db, { podcastId, title: "Title", durationSeconds: 60 });
  const state = await say(episodeId, { positionSeconds: 10 });

  const [edge] = await listAccountEpisodes(db, { accountId, kind: "in-progress", ...FIRST });

  const { episode: shown, podcast: of, ...row } = edge?.node ?? assert.fail();
  assert.deepEqual(row, state);
  assert.deepEqual([shown.id, shown.title, shown.durationSeconds], [episodeId, "Title", 60]);
  assert.deepEqual(of, { id: podcastId, title: "Show", imageUrl: "https://example.com/i.png" });
});

test("listAccountEpisodes() drops what goes on from what is in progress when it is played", async () => {
  const episodeId = await insertEpisode(db, { podcastId: await insertPodcast(db), title: "a" });
  await say(episodeId, { positionSeconds: 10 });
  const before = await titlesOf("in-progress");

  await say(episodeId, { isPlayed: true });

  assert.deepEqual([before, await titlesOf("in-progress"), await titlesOf("history")], [["a"], [], ["a"]]);
});

for (const kind of ["in-progress", "favorites", "history"] as const) {
  test(`listAccountEpisodes() pages through ${kind} of one instant while rows change, and shows nobody else's`, async () => {
    const podcastId = await insertPodcast(db);
    const ids: number[] = [];
    for (let i = 0; i < 7; i += 1) ids.push(await insertEpisode(db, { podcastId }));
    const at = minutesAgo(60);
    for (const id of ids) await say(id, { isFavorited: true, positionSeconds: 5, at });
    const other = await insertAccount(db);

    const nodes = await readPages((page) => listAccountEpisodes(db, { accountId, kind, ...page }), {
      first: 2,
      // What changes goes to the head of the list, behind the reader's back.
      meanwhile: () =>
        say(ids[6] ?? 0, { isFavorited: false }).then(() =>
          say(ids[6] ?? 0, { isFavorited: true, positionSeconds: 6 }),
        ),
    });

    assert.deepEqual(
      nodes.map((node) => node.episodeId),
      ids.toReversed(),
    );
    assert.deepEqual(await listAccountEpisodes(db, { accountId: other, kind, ...FIRST }), []);
  });
}

test("the lists show a private podcast's episodes to its subscriber, and no more once it has left", async () => {
  const podcastId = await insertSubscribed();
  await db.once.update(podcast).set({ isPrivate: true });
  const started = await insertEpisode(db, { podcastId, title: "started", publishedAt: daysAgo(1) });
  await insertEpisode(db, { podcastId, title: "new", publishedAt: daysAgo(1) });
  await say(started, { positionSeconds: 1, isFavorited: true });
  const all = async () => [
    await newTitles(),
    await titlesOf("in-progress"),
    await titlesOf("favorites"),
    await titlesOf("history"),
  ];

  const before = await all();
  await setSubscribed(podcastId, false);
  const after = await all();

  assert.deepEqual(before, [["new"], ["started"], ["started"], ["started"]]);
  assert.deepEqual(after, [[], [], [], []]);
});

test("the lists no longer hold an episode that is gone", async () => {
  const episodeId = await insertEpisode(db, { podcastId: await insertSubscribed() });
  await say(episodeId, { positionSeconds: 1, isFavorited: true });

  await db.once.delete(episode);

  assert.deepEqual(
    [await titlesOf("in-progress"), await titlesOf("favorites"), await titlesOf("history")],
    [[], [], []],
  );
});
