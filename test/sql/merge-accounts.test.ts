import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { eq, sql } from "drizzle-orm";
import { account, accountEpisode, accountPodcast } from "../../shared/db/schema.ts";
import * as episodeStateUpdater from "../../shared/mediators/episode-state-updater.ts";
import * as subscriptionUpdater from "../../shared/mediators/subscription-updater.ts";
import { mergeAccounts } from "../../shared/sql/merge-accounts.ts";
import { insertEpisode, insertPodcast } from "../graphql/rows.ts";
import { createContext } from "../support/context.ts";
import { insertAccount } from "../support/insert-account.ts";
import { createDatabase } from "../support/postgres.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;
let [fromId, intoId] = [0, 0];

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, account restart identity cascade`);
  fromId = await insertAccount(db);
  intoId = await insertAccount(db, { email: "ada@example.com" });
});

const merge = (ids = { fromId, intoId }) => db.once.transaction((tx) => mergeAccounts(tx, ids));
const subscribe = (accountId: number, podcastId: number) =>
  subscriptionUpdater.run(ctx, { accountId, podcastId, isSubscribed: true });

test("mergeAccounts() numbers what it hands over behind all that is there, each once", async () => {
  const podcastIds = [await insertPodcast(db), await insertPodcast(db), await insertPodcast(db)];
  const [one = 0, two = 0, three = 0] = podcastIds;
  const episodeId = await insertEpisode(db, { podcastId: one });
  await subscribe(intoId, one);
  await subscribe(intoId, two);
  await subscribe(fromId, three);
  await subscribe(fromId, one);
  await episodeStateUpdater.run(ctx, { accountId: fromId, episodeId, positionSeconds: 7 });

  await merge();

  const podcasts = await db.once.select().from(accountPodcast);
  const [episode] = await db.once.select().from(accountEpisode);
  const sequenceOf = (id: number) => podcasts.find(({ podcastId }) => podcastId === id)?.sequence;
  assert.deepEqual([sequenceOf(two), sequenceOf(three), sequenceOf(one)], [2, 3, 4]);
  assert.deepEqual([episode?.accountId, episode?.sequence, episode?.positionSeconds], [intoId, 5, 7]);
  assert.deepEqual(
    (await db.once.select().from(account)).map(({ id, sequence }) => [id, sequence]),
    [[intoId, 5]],
  );
});

test("mergeAccounts() takes of each fact the later, and of two subscriptions the first one's beginning", async () => {
  const [both, left] = [await insertPodcast(db), await insertPodcast(db)];
  const day = (number: number) => new Date(Date.UTC(2026, 0, number));
  await db.once.insert(accountPodcast).values([
    { accountId: intoId, podcastId: both, subscribedAt: day(1), sequence: 1 },
    { accountId: intoId, podcastId: left, subscribedAt: day(1), sequence: 2 },
    { accountId: fromId, podcastId: both, subscribedAt: day(9), sequence: 1 },
    { accountId: fromId, podcastId: left, subscribedAt: day(2), unsubscribedAt: day(3), sequence: 2 },
  ]);

  await merge();

  const rows = await db.once.select().from(accountPodcast).orderBy(accountPodcast.podcastId);
  assert.deepEqual(
    rows.map(({ subscribedAt, unsubscribedAt }) => [subscribedAt, unsubscribedAt]),
    [
      [day(1), null],
      [day(2), day(3)],
    ],
  );
});

test("mergeAccounts() does nothing where the account that is to get it is gone", async () => {
  await subscribe(fromId, await insertPodcast(db));
  await db.once.delete(account).where(eq(account.id, intoId));

  await merge();

  const rows = await db.once.select().from(accountPodcast);
  assert.deepEqual(
    rows.map(({ accountId }) => accountId),
    [fromId],
  );
});
