import assert from "node:assert/strict";
import test from "node:test";
import { type SQL, sql } from "drizzle-orm";
import { accountPodcast, podcast } from "../../shared/db/schema.ts";
import {
  isAvailable,
  isFeedUrlVisible,
  isFound,
  isListed,
  isTakenDownFor,
  isVisible,
} from "../../shared/podcasts/visible.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertPodcast } from "../support/rows.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });
const accounts = {
  adder: await insertAccount(db),
  subscriber: await insertAccount(db),
  leaver: await insertAccount(db),
  stranger: await insertAccount(db),
};

for (const traits of [
  { title: "public" },
  { title: "blocked", isBlocked: true },
  { title: "private", isPrivate: true },
  { title: "private, blocked", isPrivate: true, isBlocked: true },
  { title: "gone", takenDownAt: new Date(), takenDownReason: "asked for" },
  { title: "gone, private", isPrivate: true, takenDownAt: new Date(), takenDownReason: "asked for" },
]) {
  const podcastId = await insertPodcast(db, traits);
  const at = new Date();
  await db.once.insert(accountPodcast).values([
    { accountId: accounts.adder, podcastId, addedAt: at, sequence: 1 },
    { accountId: accounts.subscriber, podcastId, subscribedAt: at, sequence: 1 },
    { accountId: accounts.leaver, podcastId, subscribedAt: at, unsubscribedAt: at, sequence: 1 },
  ]);
}

const titlesWhere = async (condition: SQL | undefined) =>
  (await db.once.select({ title: podcast.title }).from(podcast).where(condition).orderBy(podcast.id)).map(
    ({ title }) => title,
  );

const OPEN = ["public", "blocked"];
const ALL_KEPT = ["public", "blocked", "private", "private, blocked"];
const FOUND = ["public", "private", "private, blocked"];
const GONE = ["gone", "gone, private"];

for (const { who, visible, withUrl, found, gone } of [
  { who: "adder", visible: ALL_KEPT, withUrl: ALL_KEPT, found: FOUND, gone: GONE },
  { who: "subscriber", visible: ALL_KEPT, withUrl: OPEN, found: FOUND, gone: GONE },
  { who: "leaver", visible: OPEN, withUrl: OPEN, found: ["public"], gone: [] },
  { who: "stranger", visible: OPEN, withUrl: OPEN, found: ["public"], gone: [] },
] as const) {
  test(`the ${who} of a podcast sees what it may, and nothing of what it may not`, async () => {
    const id = accounts[who];

    const seen = {
      visible: await titlesWhere(isVisible(id)),
      withUrl: await titlesWhere(isFeedUrlVisible(id)),
      found: await titlesWhere(isFound(id)),
      gone: await titlesWhere(isTakenDownFor(id)),
    };

    assert.deepEqual(seen, { visible, withUrl, found, gone });
  });
}

test("a visitor without an account sees what is public, and lists and searches hold what is not blocked", async () => {
  const seen = await Promise.all(
    [isVisible(undefined), isFeedUrlVisible(undefined), isListed(), isFound(undefined), isAvailable()].map(titlesWhere),
  );

  assert.deepEqual(seen, [OPEN, OPEN, ["public"], ["public"], ALL_KEPT]);
});

test("what is visible of one podcast depends on no other podcast that an account holds", async () => {
  const lone = await insertAccount(db);
  const [first] = await db.once.select({ id: podcast.id }).from(podcast).where(sql`${podcast.title} = 'private'`);
  await db.once
    .insert(accountPodcast)
    .values({ accountId: lone, podcastId: first?.id ?? 0, addedAt: new Date(), sequence: 1 });

  const seen = [await titlesWhere(isVisible(lone)), await titlesWhere(isFeedUrlVisible(lone))];

  assert.deepEqual(seen, [
    ["public", "blocked", "private"],
    ["public", "blocked", "private"],
  ]);
});
