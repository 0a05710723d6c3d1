import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import test from "node:test";
import { exportAccount } from "../../shared/accounts/export-account.ts";
import { accountEpisode, accountPodcast } from "../../shared/db/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../support/rows.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });

for (const { who, held, isTold, isUrlTold } of [
  { who: "who added it", held: { addedAt: new Date() }, isTold: true, isUrlTold: true },
  { who: "its subscriber", held: { subscribedAt: new Date() }, isTold: true, isUrlTold: false },
  {
    who: "who has left it",
    held: { subscribedAt: new Date(), unsubscribedAt: new Date() },
    isTold: false,
    isUrlTold: false,
  },
]) {
  test(`exportAccount() names a private podcast ${isTold ? "" : "not "}to ${who}, ${isUrlTold ? "with" : "without"} its feed's URL`, async () => {
    const accountId = await insertAccount(db);
    const podcastId = await insertPodcast(db, { title: "Members only", isPrivate: true });
    const episodeId = await insertEpisode(db, { podcastId, guid: "hidden guid", title: "Behind the curtain" });
    await db.once.insert(accountPodcast).values({ accountId, podcastId, sequence: 1, ...held });
    await db.once
      .insert(accountEpisode)
      .values({ accountId, episodeId, sequence: 2, isFavorited: true, favoritedAt: new Date() });

    const text = JSON.stringify(JSON.parse(await textOf(Readable.from(exportAccount(db, accountId)))));

    assert.equal(/"title":"Members only"/.test(text), isTold);
    assert.equal(/"guid":"hidden guid"/.test(text), isTold);
    assert.equal(/"title":"Behind the curtain"/.test(text), isTold);
    assert.equal(text.includes(`"feed_url":"https://feeds.example.com/${podcastId}"`), isUrlTold);
    assert.match(text, new RegExp(`"episode_id":${episodeId},.*"is_favorited":true`));
  });
}
