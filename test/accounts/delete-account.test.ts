import assert from "node:assert/strict";
import test from "node:test";
import { deleteAccount } from "../../shared/accounts/account-remover.ts";
import { accountPodcast, podcast } from "../../shared/db/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertPodcast } from "../support/rows.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });

test("deleteAccount() deletes the account with the private podcasts that nobody else has to do with, and nothing else", async () => {
  const [ada, bob] = [await insertAccount(db), await insertAccount(db)];
  const own = await insertPodcast(db, { isPrivate: true });
  const kept = {
    shared: await insertPodcast(db, { isPrivate: true }),
    bobs: await insertPodcast(db, { isPrivate: true }),
    nobodys: await insertPodcast(db, { isPrivate: true }),
    takenDown: await insertPodcast(db, { isPrivate: true, takenDownAt: new Date(), takenDownReason: "asked for" }),
    public: await insertPodcast(db),
  };
  await db.once
    .insert(accountPodcast)
    .values(
      [own, kept.shared, kept.takenDown, kept.public].map((podcastId) => ({ accountId: ada, podcastId, sequence: 1 })),
    );
  await db.once
    .insert(accountPodcast)
    .values([kept.shared, kept.bobs].map((podcastId) => ({ accountId: bob, podcastId, sequence: 1 })));

  await db.once.transaction((tx) => deleteAccount(tx, ada));

  const podcasts = await db.once.select().from(podcast).orderBy(podcast.id);
  const rows = await db.once.select().from(accountPodcast);
  assert.deepEqual(
    podcasts.map(({ id }) => id),
    Object.values(kept),
  );
  assert.deepEqual(new Set(rows.map(({ accountId }) => accountId)), new Set([bob]));
});
