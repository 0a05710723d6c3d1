import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { eq, sql } from "drizzle-orm";
import { accountPodcast, episode, podcast } from "../../shared/db/schema.ts";
import * as episodeStateUpdater from "../../shared/listening/episode-state-updater.ts";
import { findSyncPoint, type SyncPoint } from "../../shared/listening/find-sync-point.ts";
import type { ListKind } from "../../shared/listening/list-account-episodes.ts";
import { listChangedEpisodes } from "../../shared/listening/list-changed-episodes.ts";
import { listChangedNewEpisodes } from "../../shared/listening/list-changed-new-episodes.ts";
import { listChangedPodcasts } from "../../shared/listening/list-changed-podcasts.ts";
import * as subscriptionUpdater from "../../shared/listening/subscription-updater.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../support/rows.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;
const FIRST = { first: 20, after: undefined };
const LONG_AGO = new Date("2020-01-01T00:00:00Z");
let accountId: number;

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, account restart identity cascade`);
  accountId = await insertAccount(db);
});

type Said = Omit<Parameters<typeof episodeStateUpdater.run>[1], "accountId" | "episodeId">;
const say = (episodeId: number, said: Said) => episodeStateUpdater.run(ctx, { accountId, episodeId, ...said });
const setSubscribed = (podcastId: number, isSubscribed: boolean) =>
  subscriptionUpdater.run(ctx, { accountId, podcastId, isSubscribed });

async function now(): Promise<SyncPoint> {
  return (await findSyncPoint(db, accountId)) ?? assert.fail();
}

async function changedEpisodes(kind: ListKind, since: SyncPoint): Promise<number[]> {
  const edges = await listChangedEpisodes(db, { accountId, kind, since, ...FIRST });
  return edges.map(({ node }) => node.episodeId);
}

async function changedNew(since: SyncPoint): Promise<number[]> {
  const parts = { hasDetails: false, hasNotes: false };
  const edges = await listChangedNewEpisodes(db, { accountId, since, parts, ...FIRST });
  return edges.map(({ node }) => node.id);
}

/** An episode that no crawl has touched of late. */
function insertOld(podcastId: number): Promise<number> {
  return insertEpisode(db, { podcastId, publishedAt: new Date(), createdAt: LONG_AGO, updatedAt: LONG_AGO });
}

test("findSyncPoint() gives the account's sequence and an instant that the slowest transaction does not outlast", async () => {
  await setSubscribed(await insertPodcast(db), true);

  const point = await now();

  assert.equal(point.sequence, 1);
  const age = Date.now() - point.at.getTime();
  assert.ok(age >= 600_000 && age <= 1_200_000, `${age}`);
  assert.equal(await findSyncPoint(db, 999), undefined);
});

test("listChangedPodcasts() lists only what changed since, in that order, with what was left", async () => {
  const [one, two, three, four] = [
    await insertPodcast(db),
    await insertPodcast(db),
    await insertPodcast(db),
    await insertPodcast(db),
  ];
  for (const id of [one, two, three]) await setSubscribed(id, true);
  const since = await now();
  await setSubscribed(three, false);
  await setSubscribed(four, true);
  await setSubscribed(one, false);
  await setSubscribed(one, true);
  await setSubscribed(two, true);

  const edges = await listChangedPodcasts(db, { accountId, since, ...FIRST });

  assert.deepEqual(
    edges.map(({ node }) => [node.podcastId, node.unsubscribedAt === null]),
    [
      [three, false],
      [four, true],
      [one, true],
    ],
  );
  assert.deepEqual(await listChangedPodcasts(db, { accountId, since: await now(), ...FIRST }), []);
});

test("listChangedPodcasts() tells of a private podcast that the account has left", async () => {
  const podcastId = await insertPodcast(db);
  await setSubscribed(podcastId, true);
  await db.once.update(podcast).set({ isPrivate: true });
  const since = await now();
  await setSubscribed(podcastId, false);

  const edges = await listChangedPodcasts(db, { accountId, since, ...FIRST });

  assert.deepEqual(
    edges.map(({ node }) => node.podcastId),
    [podcastId],
  );
});

test("listChangedEpisodes() lists in each list's answer what came into it and what has left it since", async () => {
  const podcastId = await insertPodcast(db);
  const ids = [
    await insertOld(podcastId),
    await insertOld(podcastId),
    await insertOld(podcastId),
    await insertOld(podcastId),
  ];
  const [a = 0, b = 0, c = 0, d = 0] = ids;
  await say(a, { positionSeconds: 5 });
  await say(b, { isFavorited: true });
  await say(c, { positionSeconds: 5, isFavorited: true });
  const since = await now();
  await say(b, { isFavorited: false });
  await say(a, { isPlayed: true });
  await say(d, { positionSeconds: 1 });

  assert.deepEqual(await changedEpisodes("in-progress", since), [a, d]);
  assert.deepEqual(await changedEpisodes("history", since), [a, d]);
  assert.deepEqual(await changedEpisodes("favorites", since), [b]);
});

test("listChangedEpisodes() lists a report that came late as what came last", async () => {
  const podcastId = await insertPodcast(db);
  const [a, b] = [await insertOld(podcastId), await insertOld(podcastId)];
  await say(a, { isPlayed: true });
  const since = await now();
  await say(b, { isPlayed: true, at: new Date(Date.now() - 30 * 86_400_000) });

  assert.deepEqual(await changedEpisodes("history", since), [b]);
});

test("listChangedEpisodes() pages while rows change, and a row that changes again comes again, at the end", async () => {
  const podcastId = await insertPodcast(db);
  const ids: number[] = [];
  for (let i = 0; i < 6; i += 1) ids.push(await insertOld(podcastId));
  const since = await now();
  for (const id of ids) await say(id, { isFavorited: true });
  const seen: number[] = [];

  for (let after: string | undefined, page = 0; ; page += 1) {
    const edges = await listChangedEpisodes(db, { accountId, kind: "favorites", since, first: 2, after });
    seen.push(...edges.slice(0, 2).map(({ node }) => node.episodeId));
    if (edges.length <= 2) break;
    after = edges[1]?.cursor;
    if (page < 2) await say(ids[page * 3] ?? 0, { isFavorited: false });
  }

  assert.deepEqual(seen, [...ids, ids[0], ids[3]]);
});

test("listChangedNewEpisodes() lists what crawls brought or changed, what was listened to, and what came with a subscription", async () => {
  const [one, two] = [await insertPodcast(db), await insertPodcast(db)];
  await setSubscribed(one, true);
  const untouched = await insertOld(one);
  const played = await insertOld(one);
  const changed = await insertOld(one);
  const ofTwo = await insertOld(two);
  const before = await insertEpisode(db, { podcastId: one, publishedAt: LONG_AGO, createdAt: LONG_AGO });
  const since = await now();
  const brought = await insertEpisode(db, { podcastId: one, publishedAt: new Date() });
  await say(played, { isPlayed: true });
  await db.once.update(episode).set({ updatedAt: new Date() }).where(eq(episode.id, changed));
  await setSubscribed(two, true);

  const ids = await changedNew(since);

  assert.deepEqual(ids, [played, changed, ofTwo, brought]);
  assert.ok(!ids.includes(untouched) && !ids.includes(before));
});

test("listChangedNewEpisodes() tells nothing of what another account listens to", async () => {
  const podcastId = await insertPodcast(db);
  await setSubscribed(podcastId, true);
  const episodeId = await insertOld(podcastId);
  const since = await now();
  const other = await insertAccount(db);
  for (const isPlayed of [true, false, true, false]) {
    await episodeStateUpdater.run(ctx, { accountId: other, episodeId, isPlayed });
  }

  assert.deepEqual(await changedNew(since), []);
});

test("listChangedNewEpisodes() lists the episodes of a podcast that was left, but for a private one", async () => {
  const [open, hidden] = [await insertPodcast(db), await insertPodcast(db)];
  for (const id of [open, hidden]) await setSubscribed(id, true);
  await db.once.update(podcast).set({ isPrivate: true }).where(eq(podcast.id, hidden));
  const ofOpen = await insertOld(open);
  await insertOld(hidden);
  const since = await now();
  for (const id of [open, hidden]) await setSubscribed(id, false);

  const ids = await changedNew(since);

  assert.deepEqual(ids, [ofOpen]);
  assert.deepEqual(await changedNew(await now()), []);
});

test("listChangedNewEpisodes() tells again of an episode whose transaction began before the sync point and ended after it", async () => {
  const podcastId = await insertPodcast(db);
  await setSubscribed(podcastId, true);
  let since: SyncPoint | undefined;
  let id: number | undefined;
  await db.once.transaction(async (tx) => {
    id = await insertEpisode(tx, { podcastId, publishedAt: new Date() });
    since = await now();
    assert.deepEqual(await changedNew({ sequence: 0, at: LONG_AGO }), []);
  });

  assert.deepEqual(await changedNew(since ?? assert.fail()), [id]);
});

test("the lists of changes tell of nobody else's", async () => {
  const podcastId = await insertPodcast(db);
  const episodeId = await insertEpisode(db, { podcastId, publishedAt: new Date() });
  await setSubscribed(podcastId, true);
  await say(episodeId, { isFavorited: true, isPlayed: true });
  const since = { sequence: 0, at: LONG_AGO };

  accountId = await insertAccount(db);

  assert.deepEqual(await listChangedPodcasts(db, { accountId, since, ...FIRST }), []);
  assert.deepEqual([await changedEpisodes("favorites", since), await changedEpisodes("history", since)], [[], []]);
  assert.deepEqual(await changedNew(since), []);
  assert.equal((await db.once.select().from(accountPodcast)).length, 1);
});
