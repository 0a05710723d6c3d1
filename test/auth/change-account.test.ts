import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { eq, sql } from "drizzle-orm";
import { openPool } from "../../shared/db/pool.ts";
import { account, accountEpisode, accountPodcast } from "../../shared/db/schema.ts";
import { setEpisodeState } from "../../shared/listening/episode-state-updater.ts";
import { setSubscription } from "../../shared/listening/subscription-updater.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../support/rows.ts";

const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });
let accountId: number;
let podcastId: number;

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, account restart identity cascade`);
  accountId = await insertAccount(db);
  podcastId = await insertPodcast(db);
});

async function sequenceOf(id: number): Promise<number | undefined> {
  const [row] = await db.once.select({ sequence: account.sequence }).from(account).where(eq(account.id, id));
  return row?.sequence;
}

/** Holds the account's row until the statements that `work` starts wait for it; then goes on. */
async function whileAccountIsHeld<T>(work: () => Promise<T>[]): Promise<T[]> {
  const pool = openPool({ url: databaseUrl, max: 1, applicationName: "holder" });
  try {
    let started: Promise<T>[] = [];
    await pool.db.once.transaction(async (tx) => {
      await tx.once.execute(sql`select from account where id = ${accountId} for update`);
      started = work();
      for (let numWaiting = 0; numWaiting < started.length; await setTimeout(5)) {
        const [row] = await tx.once.execute<{ n: number }>(
          sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        numWaiting = row?.n ?? 0;
      }
    });
    return await Promise.all(started);
  } finally {
    await pool.close();
  }
}

test("changeAccount() gives each of many changes at once its own number, without a gap", async () => {
  const other = await insertAccount(db);
  const episodeIds = [];
  for (let i = 0; i < 10; i += 1) episodeIds.push(await insertEpisode(db, { podcastId }));
  const changes: Promise<{ sequence: number; accountId: number } | undefined>[] = [];
  for (let round = 1; round <= 20; round += 1) {
    for (const episodeId of episodeIds) {
      for (const by of [accountId, other]) {
        const listened = { isPlayed: false, positionSeconds: round };
        changes.push(
          setEpisodeState(db, { accountId: by, episodeId, isFavorited: undefined, listened, at: undefined }),
        );
      }
    }
  }

  const rows = await Promise.all(changes);

  for (const by of [accountId, other]) {
    const sequences = rows.flatMap((row) => (row?.accountId === by ? [row.sequence] : [])).sort((a, b) => a - b);
    assert.deepEqual(
      sequences,
      Array.from({ length: 200 }, (_, i) => i + 1),
    );
    assert.equal(await sequenceOf(by), 200);
  }
});

test("changeAccount() never lets a reader see a number before all that are below it", async () => {
  const episodeIds: number[] = [];
  for (let i = 0; i < 300; i += 1) episodeIds.push(await insertEpisode(db, { podcastId }));
  const reader = openPool({ url: databaseUrl, max: 1, applicationName: "reader" });
  let isWriting = true;
  const seen = new Set<number>();
  let since = 0;
  async function readOn() {
    // As a client does: what is above the highest number that it knows.
    const rows = await reader.db.once
      .select({ sequence: accountEpisode.sequence })
      .from(accountEpisode)
      .where(sql`${accountEpisode.sequence} > ${since}`);
    for (const { sequence } of rows) seen.add(sequence);
    since = Math.max(since, ...seen);
  }
  async function readUntilWritten() {
    let numReads = 0;
    for (; isWriting; numReads += 1) await readOn();
    await readOn();
    return numReads;
  }

  const reading = readUntilWritten();
  await Promise.all(
    episodeIds.map((episodeId) =>
      setEpisodeState(db, { accountId, episodeId, isFavorited: true, listened: undefined, at: undefined }),
    ),
  );
  isWriting = false;
  const numReads = await reading;
  await reader.close();

  assert.ok(numReads > 1);
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    Array.from({ length: 300 }, (_, i) => i + 1),
  );
});

test("changeAccount() changes once what several say at once, those that waited and read an older state too", async () => {
  const rows = await whileAccountIsHeld(() =>
    [1, 2, 3].map(() => setSubscription(db, { accountId, podcastId, isSubscribed: true })),
  );

  assert.equal(rows.filter((row) => row !== undefined).length, 1);
  assert.equal(await sequenceOf(accountId), 1);
  assert.equal((await db.once.select().from(accountPodcast)).length, 1);
});

test("changeAccount() counts on from what others did while it waited", async () => {
  const ids = [await insertPodcast(db), await insertPodcast(db), podcastId];

  const rows = await whileAccountIsHeld(() =>
    ids.map((id) => setSubscription(db, { accountId, podcastId: id, isSubscribed: true })),
  );

  assert.deepEqual(rows.map((row) => row?.sequence).sort(), [1, 2, 3]);
  assert.equal(await sequenceOf(accountId), 3);
});

test("changeAccount() writes nothing of an account that is deleted while it waits, or is not there", async () => {
  const pool = openPool({ url: databaseUrl, max: 1, applicationName: "holder" });
  let waiting: Promise<unknown> | undefined;
  await pool.db.once.transaction(async (tx) => {
    await tx.once.execute(sql`delete from account where id = ${accountId}`);
    waiting = setSubscription(db, { accountId, podcastId, isSubscribed: true });
    await waitForLock();
  });
  await pool.close();

  assert.equal(await waiting, undefined);
  assert.equal(await setSubscription(db, { accountId: 999, podcastId, isSubscribed: true }), undefined);
  assert.deepEqual(await db.once.select().from(accountPodcast), []);
});

test("changeAccount() writes nothing about a podcast that is removed while it waits, and raises nothing", async () => {
  const pool = openPool({ url: databaseUrl, max: 1, applicationName: "holder" });
  let waiting: Promise<unknown> | undefined;
  await pool.db.once.transaction(async (tx) => {
    await tx.once.execute(sql`delete from podcast where id = ${podcastId}`);
    waiting = setSubscription(db, { accountId, podcastId, isSubscribed: true });
    await waitForLock();
  });
  await pool.close();

  assert.equal(await waiting, undefined);
  assert.equal(await sequenceOf(accountId), 0);
});

async function waitForLock(): Promise<void> {
  for (;;) {
    const rows = await db.once.execute(
      sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
    await setTimeout(5);
  }
}
