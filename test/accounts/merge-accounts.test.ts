import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { eq, sql } from "drizzle-orm";
import { accountMerge } from "../../shared/accounts/account-merge.ts";
import { mergeAccounts } from "../../shared/accounts/merge-accounts.ts";
import { account, accountEpisode, accountPodcast } from "../../shared/db/schema.ts";
import * as episodeStateUpdater from "../../shared/listening/episode-state-updater.ts";
import * as subscriptionUpdater from "../../shared/listening/subscription-updater.ts";
import { asJob, createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../support/rows.ts";

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
  // Both are subscribed to `one`, its owner first: nothing about that changes.
  assert.deepEqual([sequenceOf(one), sequenceOf(two), sequenceOf(three)], [1, 2, 3]);
  assert.deepEqual([episode?.accountId, episode?.sequence, episode?.positionSeconds], [intoId, 4, 7]);
  assert.deepEqual(
    (await db.once.select().from(account)).map(({ id, sequence }) => [id, sequence]),
    [[intoId, 4]],
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

test("mergeAccounts() is done, when the account that goes is gone already", async () => {
  await merge();

  assert.deepEqual(await merge(), { isDone: true });
});

test("mergeAccounts() does nothing where the account that is to get it is gone", async () => {
  await subscribe(fromId, await insertPodcast(db));
  await db.once.delete(account).where(eq(account.id, intoId));

  assert.deepEqual(await merge(), { isDone: true });

  const rows = await db.once.select().from(accountPodcast);
  assert.deepEqual(
    rows.map(({ accountId }) => accountId),
    [fromId],
  );
});

/** What each of the two accounts says of an episode, and when: a day of the month, or undefined for nothing. */
const EARLIER = { isPlayed: false, positionSeconds: 7, listenedAt: on(1), isFavorited: true, favoritedAt: on(1) };
const LATER = { isPlayed: true, positionSeconds: null, listenedAt: on(2), isFavorited: false, favoritedAt: on(2) };
const NOTHING = { isPlayed: false, positionSeconds: 0, listenedAt: null, isFavorited: false, favoritedAt: null };

for (const { what, own, held, expected, isChanged } of [
  { what: "the later of the account that goes", own: EARLIER, held: LATER, expected: LATER, isChanged: true },
  { what: "the later of the account that stays", own: LATER, held: EARLIER, expected: LATER, isChanged: false },
  { what: "what only the account that goes says", own: NOTHING, held: EARLIER, expected: EARLIER, isChanged: true },
  { what: "what only the account that stays says", own: EARLIER, held: NOTHING, expected: EARLIER, isChanged: false },
  {
    what: "of two said at once that of the account that stays",
    own: EARLIER,
    held: { ...EARLIER, positionSeconds: 9, isFavorited: false },
    expected: EARLIER,
    isChanged: false,
  },
  {
    what: "the later favorite and the later position of different accounts",
    own: { ...EARLIER, isFavorited: false, favoritedAt: on(3) },
    held: { ...EARLIER, positionSeconds: 9, listenedAt: on(2) },
    expected: { ...EARLIER, isFavorited: false, favoritedAt: on(3), positionSeconds: 9, listenedAt: on(2) },
    isChanged: true,
  },
]) {
  test(`mergeAccounts() keeps ${what}, where both hold the same episode`, async () => {
    const episodeId = await insertEpisode(db, { podcastId: await insertPodcast(db) });
    await db.once.insert(accountEpisode).values([
      { accountId: intoId, episodeId, sequence: 0, ...own },
      { accountId: fromId, episodeId, sequence: 1, ...held },
    ]);

    await merge();

    const rows = await db.once.select().from(accountEpisode);
    const kept = rows.map(({ isPlayed, positionSeconds, listenedAt, isFavorited, favoritedAt }) => ({
      ...{ isPlayed, positionSeconds, listenedAt, isFavorited, favoritedAt },
    }));
    assert.deepEqual(kept, [expected]);
    assert.deepEqual([rows[0]?.accountId, rows[0]?.sequence], [intoId, isChanged ? 1 : 0]);
  });
}

test("mergeAccounts() merges the first changed first, and lets nobody back in, until all is done", async () => {
  const podcastId = await insertPodcast(db);
  const episodeIds = [await insertEpisode(db, { podcastId }), await insertEpisode(db, { podcastId })];
  await db.once
    .insert(accountEpisode)
    .values(episodeIds.map((episodeId, i) => ({ accountId: fromId, episodeId, sequence: 2 - i })));
  await db.once.execute(sql`
    insert into login (account_id, secret_sha256, expires_at) values (${fromId}, sha256(''), podcore_now() + interval '1 day')`);
  const mergeOne = () => db.once.transaction((tx) => mergeAccounts(tx, { fromId, intoId, size: 1 }));
  const read = async () => {
    const rows = await db.once.select().from(accountEpisode).orderBy(accountEpisode.id);
    const accounts = await db.once.select().from(account).orderBy(account.id);
    return [rows.map(({ accountId, sequence }) => [accountId, sequence]), accounts.map(({ id }) => id)];
  };

  const first = [await mergeOne(), await read()];
  const logins = await db.once.execute(sql`select from login`);
  const second = [await mergeOne(), await read()];
  const third = [await mergeOne(), await read()];

  assert.deepEqual(first, [
    { isDone: false },
    [
      [
        [fromId, 2],
        [intoId, 1],
      ],
      [fromId, intoId],
    ],
  ]);
  assert.equal(logins.length, 0);
  assert.deepEqual(second, [
    { isDone: false },
    [
      [
        [intoId, 2],
        [intoId, 1],
      ],
      [fromId, intoId],
    ],
  ]);
  assert.deepEqual(third, [
    { isDone: true },
    [
      [
        [intoId, 2],
        [intoId, 1],
      ],
      [intoId],
    ],
  ]);
});

test("mergeAccounts() changes nothing of the account that stays but what it is handed, and nothing of a third", async () => {
  const thirdId = await insertAccount(db);
  const podcastId = await insertPodcast(db);
  const episodeIds = [await insertEpisode(db, { podcastId }), await insertEpisode(db, { podcastId })];
  for (const accountId of [fromId, intoId, thirdId]) {
    await subscribe(accountId, podcastId);
    const secret = sql`sha256(${`${accountId}`}::bytea)`;
    await db.once.execute(sql`
      insert into login (account_id, secret_sha256, expires_at)
      values (${accountId}, ${secret}, podcore_now() + interval '1 day')`);
    await db.once.execute(sql`
      insert into api_key (account_id, secret_sha256, name, hint) values (${accountId}, ${secret}, 'an app', 'x')`);
    await db.once.execute(sql`
      insert into verification_code (kind, account_id, email, expires_at)
      values ('password-reset', ${accountId}, 'a@example.com', podcore_now() + interval '1 hour')`);
  }
  for (const [i, episodeId] of episodeIds.entries()) {
    await episodeStateUpdater.run(ctx, { accountId: fromId, episodeId, positionSeconds: 5 });
    await episodeStateUpdater.run(ctx, { accountId: thirdId, episodeId, positionSeconds: 7 + i });
  }
  const read = async (accountId: number) => [
    await db.once.select().from(accountPodcast).where(eq(accountPodcast.accountId, accountId)),
    await db.once.select().from(accountEpisode).where(eq(accountEpisode.accountId, accountId)),
    await db.once.select().from(account).where(eq(account.id, accountId)),
  ];
  const before = await read(thirdId);

  // Not done at first, so that the account's logins, keys and links are ended by themselves.
  await db.once.transaction((tx) => mergeAccounts(tx, { fromId, intoId, size: 1 }));

  const owners = await db.once.execute<{ account_id: number }>(sql`
    select account_id::int from login union all select account_id::int from api_key
    union all select account_id::int from verification_code order by 1`);
  await merge();
  assert.deepEqual(
    owners.map((row) => row.account_id),
    [intoId, intoId, intoId, thirdId, thirdId, thirdId],
  );
  assert.deepEqual(await read(thirdId), before);
});

test("account_merge merges what is left, and deletes it where its owner has deleted the account", async () => {
  const rest = fromId;
  const episodeId = await insertEpisode(db, { podcastId: await insertPodcast(db) });
  await db.once.insert(accountEpisode).values({ accountId: rest, episodeId, sequence: 1 });
  const orphan = await insertAccount(db);
  const gone = await insertAccount(db);
  await db.once.delete(account).where(eq(account.id, gone));

  await accountMerge.run(asJob(ctx), { fromId: rest, intoId });
  await accountMerge.run(asJob(ctx), { fromId: orphan, intoId: gone });

  const rows = await db.once.select().from(accountEpisode);
  assert.deepEqual([rows.length, rows[0]?.accountId], [1, intoId]);
  assert.deepEqual(
    (await db.once.select().from(account)).map(({ id }) => id),
    [intoId],
  );
});

function on(day: number): Date {
  return new Date(Date.UTC(2026, 0, day));
}
