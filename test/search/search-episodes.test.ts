import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import { accountPodcast } from "../../shared/db/schema.ts";
import { searchEpisodes } from "../../shared/search/search-episodes.ts";
import { createContext } from "../support/context.ts";
import { pageThrough } from "../support/page-through.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../support/rows.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, account cascade`);
});

type Options = { accountId?: number; first?: number; after?: string };
async function search(query: string, options: Options = {}): Promise<number[]> {
  const { accountId, first = 20, after } = options;
  return (await searchEpisodes(db, { query, accountId, first, after })).map(({ node }) => node);
}

test("searchEpisodes() orders by how an episode matches, and by date among equals", async () => {
  const podcastId = await insertPodcast(db);
  const noted = await insertEpisode(db, {
    podcastId,
    title: "One",
    descriptionHtml: "<p>Over the <b>Brenner</b> pass.</p>",
  });
  const older = await insertEpisode(db, {
    podcastId,
    title: "A pass, the Brenner",
    publishedAt: new Date("2001-01-01"),
  });
  const newer = await insertEpisode(db, { podcastId, title: "By Brenner Pass", publishedAt: new Date("2002-01-01") });
  const begun = await insertEpisode(db, { podcastId, title: "Brenner Pass, part 2" });
  const exact = await insertEpisode(db, { podcastId, title: "BRENNER PASS", publishedAt: new Date("1969-01-01") });
  await insertEpisode(db, {
    podcastId,
    title: "Two",
    descriptionHtml: '<a href="https://brenner.example/pass">here</a>',
  });

  const found = await search("brenner pass");

  assert.deepEqual(found, [exact, begun, newer, older, noted]);
});

test("searchEpisodes() finds titles that resemble the query, where nothing holds its words", async () => {
  const podcastId = await insertPodcast(db);
  const meant = await insertEpisode(db, { podcastId, title: "The Semmering Railway" });
  await insertEpisode(db, { podcastId, title: "A cup of tea" });

  assert.deepEqual(await search("semering railwya"), [meant]);
  assert.deepEqual(await search("zzzzqqqq"), []);
});

test("searchEpisodes() understands quotes, or and minus", async () => {
  const podcastId = await insertPodcast(db);
  const lake = await insertEpisode(db, { podcastId, title: "Lake of Como" });
  const como = await insertEpisode(db, { podcastId, title: "Como, the lake" });

  assert.deepEqual((await search("como lake")).sort(), [lake, como].sort());
  assert.deepEqual(await search('"the lake"'), [como]);
  assert.deepEqual(await search("como -of"), [como]);
  assert.deepEqual((await search("of or the")).sort(), [lake, como].sort());
});

test("searchEpisodes() pages through all that it finds without a gap or a repetition", async () => {
  const podcastId = await insertPodcast(db);
  const ids: number[] = [];
  for (let i = 0; i < 25; i++) ids.push(await insertEpisode(db, { podcastId, title: `Twins ${i % 2}` }));

  const paged = await pageThrough((page) => searchEpisodes(db, { query: "twins", accountId: undefined, ...page }));

  assert.deepEqual(paged, await search("twins", { first: 100 }));
  assert.deepEqual(
    [...paged].sort((a, b) => a - b),
    ids,
  );
});

test("searchEpisodes() honours itunes:block of episodes and podcasts, and shows a private podcast's to its subscribers only", async () => {
  const title = "Low Water";
  const podcastId = await insertPodcast(db);
  const listed = await insertEpisode(db, { podcastId, title });
  await insertEpisode(db, { podcastId, title, isBlocked: true });
  await insertEpisode(db, { podcastId: await insertPodcast(db, { isBlocked: true }), title });
  const secretId = await insertPodcast(db, { isPrivate: true, isBlocked: true });
  const secret = await insertEpisode(db, { podcastId: secretId, title });
  const accountId = await insertAccount(db);
  await db.once
    .insert(accountPodcast)
    .values({ accountId, podcastId: secretId, subscribedAt: new Date(), sequence: 1 });

  for (const query of ["low water", "low watre"]) {
    assert.deepEqual(await search(query), [listed]);
    assert.deepEqual(await search(query, { accountId: accountId + 1 }), [listed]);
    assert.deepEqual(await search(query, { accountId }), [listed, secret]);
  }
});

test("episode notes of any length are stored, and found by what stands at their start", async () => {
  const podcastId = await insertPodcast(db);
  // Half a megabyte of words, none like another: over what one row's words may take.
  const words = Array.from({ length: 60_000 }, (_, i) => `w${i.toString(36)}`).join(" ");
  const long = await insertEpisode(db, { podcastId, descriptionHtml: `<p>Quillwort ${words}</p>` });

  assert.deepEqual(await search("quillwort w1"), [long]);
});

test("searchEpisodes() refuses a cursor that is not its own", async () => {
  await assert.rejects(search("x", { after: "nonsense" }), { status: 400 });
});
