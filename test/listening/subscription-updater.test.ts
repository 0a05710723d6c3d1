import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { eq, sql } from "drizzle-orm";
import { account, accountEpisode, accountPodcast, podcast } from "../../shared/db/schema.ts";
import * as episodeStateUpdater from "../../shared/listening/episode-state-updater.ts";
import * as subscriptionUpdater from "../../shared/listening/subscription-updater.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../support/rows.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;
let accountId: number;

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, account restart identity cascade`);
  accountId = await insertAccount(db);
});

const subscribe = (podcastId: number, by = accountId) =>
  subscriptionUpdater.run(ctx, { accountId: by, podcastId, isSubscribed: true });
const unsubscribe = (podcastId: number, by = accountId) =>
  subscriptionUpdater.run(ctx, { accountId: by, podcastId, isSubscribed: false });

async function sequenceOf(id: number): Promise<number | undefined> {
  const [row] = await db.once.select({ sequence: account.sequence }).from(account).where(eq(account.id, id));
  return row?.sequence;
}

test("run() subscribes, and the row carries the account's new sequence", async () => {
  const podcastId = await insertPodcast(db);

  const row = await subscribe(podcastId);

  const [stored] = await db.once.select().from(accountPodcast);
  assert.deepEqual(row, stored);
  assert.ok(row?.subscribedAt instanceof Date);
  assert.deepEqual([row.podcastId, row.unsubscribedAt, row.sequence], [podcastId, null, 1]);
  assert.equal(await sequenceOf(accountId), 1);
});

test("run() writes nothing and raises nothing when it is so already", async () => {
  const podcastId = await insertPodcast(db);
  const first = await subscribe(podcastId);

  const again = await subscribe(podcastId);
  await unsubscribe(podcastId);
  const left = await unsubscribe(podcastId);
  const leftAgain = await unsubscribe(podcastId);

  assert.deepEqual(again, first);
  assert.deepEqual(leftAgain, left);
  assert.equal(left?.sequence, 2);
  assert.equal(await sequenceOf(accountId), 2);
});

test("run() keeps the row when the account unsubscribes, and what it has played when it comes back", async () => {
  const podcastId = await insertPodcast(db);
  const episodeId = await insertEpisode(db, { podcastId });
  const first = await subscribe(podcastId);
  await episodeStateUpdater.run(ctx, { accountId, episodeId, isPlayed: true });

  const left = await unsubscribe(podcastId);
  const back = await subscribe(podcastId);

  assert.deepEqual([left?.id, back?.id], [first?.id, first?.id]);
  assert.ok(left?.unsubscribedAt instanceof Date);
  assert.deepEqual([back?.unsubscribedAt, back?.sequence], [null, 4]);
  assert.ok(Number(back?.subscribedAt) > Number(first?.subscribedAt));
  const [state] = await db.once.select().from(accountEpisode);
  assert.equal(state?.isPlayed, true);
});

test("run() is undefined where the account was never subscribed and is not to be, and writes nothing", async () => {
  const podcastId = await insertPodcast(db);
  const added = await insertPodcast(db, { isPrivate: true });
  await db.once.insert(accountPodcast).values({ accountId, podcastId: added, addedAt: new Date(), sequence: 0 });

  assert.equal(await unsubscribe(podcastId), undefined);
  assert.equal(await unsubscribe(added), undefined);

  assert.equal(await sequenceOf(accountId), 0);
  assert.equal((await db.once.select().from(accountPodcast)).length, 1);
});

test("run() finds no podcast that is not there, and no private one that the account may not see", async () => {
  const podcastId = await insertPodcast(db, { isPrivate: true });
  await subscribeToHidden(podcastId, await insertAccount(db));
  const error = {
    name: "UserError",
    status: 404,
    message: `Not found: resource "podcast" with ID ${podcastId} was not found.`,
  };

  await assert.rejects(subscribe(podcastId), error);
  await assert.rejects(unsubscribe(podcastId), error);
  await assert.rejects(subscribe(999), { status: 404, message: /"podcast" with ID 999 / });
  await assert.rejects(unsubscribe(999), { status: 404 });
  assert.equal(await sequenceOf(accountId), 0);
});

test("run() lets an account leave a private podcast, also once more, and not come back", async () => {
  const podcastId = await insertPodcast(db);
  await subscribe(podcastId);
  await db.once.update(podcast).set({ isPrivate: true });

  const left = await unsubscribe(podcastId);
  const again = await unsubscribe(podcastId);

  assert.ok(left?.unsubscribedAt);
  assert.deepEqual(again, left);
  await assert.rejects(subscribe(podcastId), { status: 404 });
});

test("run() lets who added a private podcast subscribe to it again", async () => {
  const podcastId = await insertPodcast(db, { isPrivate: true });
  await db.once.insert(accountPodcast).values({ accountId, podcastId, addedAt: new Date(), sequence: 0 });

  await subscribe(podcastId);
  await unsubscribe(podcastId);
  const back = await subscribe(podcastId);

  assert.equal(back?.unsubscribedAt, null);
  assert.ok(back?.addedAt);
});

test("run() changes nothing of other accounts", async () => {
  const podcastId = await insertPodcast(db);
  const other = await insertAccount(db);
  const before = await subscribe(podcastId, other);

  await subscribe(podcastId);
  await unsubscribe(podcastId);

  const [after] = await db.once.select().from(accountPodcast).where(eq(accountPodcast.accountId, other));
  assert.deepEqual(after, before);
  assert.equal(await sequenceOf(other), 1);
});

async function subscribeToHidden(podcastId: number, by: number) {
  await db.once.insert(accountPodcast).values({ accountId: by, podcastId, subscribedAt: new Date(), sequence: 0 });
}

test("run() refuses an account that was removed meanwhile, and says of no subscription that it is there", async () => {
  const podcastId = await insertPodcast(db);

  await assert.rejects(subscribe(podcastId, accountId + 1), { status: 404 });

  assert.equal(await unsubscribe(podcastId, accountId + 1), undefined);
});
