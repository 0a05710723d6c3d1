import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { eq, sql } from "drizzle-orm";
import { account, accountEpisode, accountPodcast } from "../../shared/db/schema.ts";
import * as episodeStateUpdater from "../../shared/listening/episode-state-updater.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../support/rows.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;
let accountId: number;
let podcastId: number;
let episodeId: number;

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, account restart identity cascade`);
  accountId = await insertAccount(db);
  podcastId = await insertPodcast(db);
  episodeId = await insertEpisode(db, { podcastId });
});

type Said = Omit<Parameters<typeof episodeStateUpdater.run>[1], "accountId" | "episodeId">;
const say = (said: Said) => episodeStateUpdater.run(ctx, { accountId, episodeId, ...said });
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

async function sequence(): Promise<number | undefined> {
  const [row] = await db.once.select({ sequence: account.sequence }).from(account).where(eq(account.id, accountId));
  return row?.sequence;
}

test("run() favours an episode and touches nothing else, with the account's new sequence in the row", async () => {
  const row = await say({ isFavorited: true });

  const [stored] = await db.once.select().from(accountEpisode);
  assert.deepEqual(row, stored);
  assert.ok(row.favoritedAt instanceof Date);
  assert.deepEqual(
    [row.isFavorited, row.isPlayed, row.positionSeconds, row.listenedAt, row.sequence],
    [true, false, 0, null, 1],
  );
  assert.equal(await sequence(), 1);
});

test("run() makes no podcast the account's: an episode is listened to without a subscription", async () => {
  await say({ isPlayed: true });

  assert.deepEqual(await db.once.select().from(accountPodcast), []);
});

test("run() stores played, unplayed and a position, each as what it makes of the other two", async () => {
  const outcomes = [];
  for (const said of [
    { positionSeconds: 90.9 },
    { isPlayed: true },
    { positionSeconds: 30 },
    { isPlayed: true },
    { isPlayed: false },
    { isPlayed: false, positionSeconds: 2 ** 31 - 1 },
    { isPlayed: true, positionSeconds: 7 },
  ]) {
    const { isPlayed, positionSeconds, isFavorited, favoritedAt } = await say(said);
    assert.deepEqual([isFavorited, favoritedAt], [false, null]);
    outcomes.push([isPlayed, positionSeconds]);
  }

  assert.deepEqual(outcomes, [
    [false, 90],
    [true, null],
    [false, 30],
    [true, null],
    [false, 0],
    [false, 2 ** 31 - 1],
    [true, null],
  ]);
  assert.equal(await sequence(), 7);
});

for (const positionSeconds of [-1, -0.5, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`run() refuses the position ${positionSeconds}`, async () => {
    await assert.rejects(say({ positionSeconds }), {
      status: 400,
      message: `Bad request: Error parsing parameter "position_seconds": not a number from 0 to 2147483647: "${positionSeconds}"`,
    });
  });
}

for (const said of [
  { isFavorited: true },
  { isFavorited: false },
  { isPlayed: true },
  { isPlayed: false },
  { positionSeconds: 5 },
]) {
  test(`run() writes nothing and raises nothing when ${JSON.stringify(said)} is said again`, async () => {
    const first = await say(said);

    const again = await say(said);

    assert.deepEqual(again, first);
    assert.equal(await sequence(), 1);
  });
}

test("run() says two things at once under one sequence", async () => {
  const row = await say({ isFavorited: true, positionSeconds: 5 });

  assert.deepEqual([row.isFavorited, row.positionSeconds, row.sequence], [true, 5, 1]);
  assert.deepEqual(row.favoritedAt, row.listenedAt);
});

test("run() leaves what was not said as it was, instant and all", async () => {
  const before = await say({ isFavorited: true, positionSeconds: 5 });

  const after = await say({ positionSeconds: 6 });

  assert.deepEqual([after.isFavorited, after.favoritedAt], [true, before.favoritedAt]);
});

test("run() keeps the instant of a fact that is said again without one, while another changes", async () => {
  const before = await say({ isFavorited: true, positionSeconds: 30 });
  const played = await say({ isFavorited: true, isPlayed: true });
  const after = await say({ isFavorited: false, isPlayed: true });

  assert.deepEqual(played.favoritedAt, before.favoritedAt);
  assert.deepEqual(after.listenedAt, played.listenedAt);
  assert.deepEqual([after.isFavorited, after.isPlayed, after.sequence], [false, true, 3]);
});

test("run() keeps a later fact when an older report comes late", async () => {
  const before = await say({ isFavorited: true, isPlayed: true, at: minutesAgo(10) });

  const after = await say({ isFavorited: false, positionSeconds: 60, at: minutesAgo(11) });

  assert.deepEqual(after, before);
  assert.equal(await sequence(), 1);
});

test("run() takes from a report the fact that is news and leaves the one that is not", async () => {
  await say({ isFavorited: true, at: minutesAgo(10) });
  await say({ positionSeconds: 10, at: minutesAgo(30) });

  const row = await say({ isFavorited: false, positionSeconds: 20, at: minutesAgo(20) });

  assert.deepEqual([row.isFavorited, row.positionSeconds, row.sequence], [true, 20, 3]);
});

test("run() comes to the same state in whatever order reports arrive", async () => {
  const reports: Said[] = [
    { positionSeconds: 10, at: minutesAgo(50) },
    { isPlayed: true, at: minutesAgo(40) },
    { positionSeconds: 10, at: minutesAgo(30) },
    { isFavorited: true, at: minutesAgo(25) },
    { isFavorited: false, at: minutesAgo(24) },
    { isFavorited: true, at: minutesAgo(23) },
  ];
  const expected = {
    ...{ isFavorited: true, favoritedAt: reports[5]?.at, isPlayed: false, positionSeconds: 10 },
    listenedAt: reports[2]?.at,
  };

  for (const order of ["012345", "543210", "204153", "152043", "350214", "021354"]) {
    await db.once.delete(accountEpisode);
    for (const index of order) await say(reports[Number(index)] ?? {});

    const [{ isFavorited, favoritedAt, isPlayed, positionSeconds, listenedAt } = assert.fail()] = await db.once
      .select()
      .from(accountEpisode);
    assert.deepEqual({ isFavorited, favoritedAt, isPlayed, positionSeconds, listenedAt }, expected, order);
  }
});

test("run() lets the report that came last count where two are of the same instant", async () => {
  const at = minutesAgo(5);
  await say({ isFavorited: true, at });

  const row = await say({ isFavorited: false, at });

  assert.equal(row.isFavorited, false);
});

test("run() takes a report from the future for one of now", async () => {
  const row = await say({ isFavorited: true, at: minutesAgo(-60) });
  const after = await say({ isFavorited: false });

  assert.ok(Number(row.favoritedAt) <= Date.now());
  assert.equal(after.isFavorited, false);
});

test("run() lets what is said now count, though the database's clock was set back since", async () => {
  const ahead = minutesAgo(-60);
  await say({ isFavorited: true });
  await db.once.update(accountEpisode).set({ favoritedAt: ahead });

  const row = await say({ isFavorited: false });

  assert.deepEqual([row.isFavorited, row.favoritedAt], [false, ahead]);
});

test("run() stores instants in milliseconds, so that what is read and sent back is not older", async () => {
  const { favoritedAt } = await say({ isFavorited: true });

  const row = await say({ isFavorited: false, at: favoritedAt ?? assert.fail() });

  assert.equal(row.isFavorited, false);
  const [precise] = await db.once.execute(
    sql`select favorited_at = date_trunc('milliseconds', favorited_at) as is_whole from account_episode`,
  );
  assert.deepEqual(precise, { is_whole: true });
});

test("run() finds no episode that is not there, and none of a private podcast that the account may not see", async () => {
  const hidden = await insertPodcast(db, { isPrivate: true });
  const hiddenEpisode = await insertEpisode(db, { podcastId: hidden });

  await assert.rejects(episodeStateUpdater.run(ctx, { accountId, episodeId: hiddenEpisode, isPlayed: true }), {
    name: "UserError",
    status: 404,
    message: `Not found: resource "episode" with ID ${hiddenEpisode} was not found.`,
  });
  await assert.rejects(episodeStateUpdater.run(ctx, { accountId, episodeId: 999, isPlayed: true }), { status: 404 });
  assert.equal(await sequence(), 0);
});

test("run() takes nothing more about a private podcast's episode once the account has left it", async () => {
  const hidden = await insertPodcast(db, { isPrivate: true });
  const hiddenEpisode = await insertEpisode(db, { podcastId: hidden });
  await db.once.insert(accountPodcast).values({ accountId, podcastId: hidden, subscribedAt: new Date(), sequence: 0 });
  await episodeStateUpdater.run(ctx, { accountId, episodeId: hiddenEpisode, isFavorited: true });
  await db.once.update(accountPodcast).set({ unsubscribedAt: new Date() });

  for (const isFavorited of [true, false]) {
    await assert.rejects(episodeStateUpdater.run(ctx, { accountId, episodeId: hiddenEpisode, isFavorited }), {
      status: 404,
    });
  }
});
