import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import { accountPodcast } from "../../shared/db/schema.ts";
import { searchEpisodes } from "../../shared/search/search-episodes.ts";
import { createContext } from "../support/context.ts";
import { pageThrough } from "../support/page-through.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../support/rows.ts";
import { writeDocuments } from "../support/write-documents.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, account, search_pending, search_word cascade`);
});

type Options = { accountId?: number; podcastId?: number; first?: number; after?: string };
async function search(query: string, options: Options = {}): Promise<number[]> {
  const { accountId, podcastId, first = 20, after } = options;
  await writeDocuments(ctx);
  return (await searchEpisodes(db, { query, accountId, podcastId, first, after })).map(({ node }) => node);
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

  await writeDocuments(ctx);
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

test("searchEpisodes() finds words without accents, parts of Japanese notes, persons and initials", async () => {
  const podcastId = await insertPodcast(db);
  const latin = await insertEpisode(db, { podcastId, title: "De Cōnānō", author: "Cōnānus" });
  const japanese = await insertEpisode(db, { podcastId, descriptionHtml: "<p>今日は東京の鉄道について話します。</p>" });
  const persons = [{ name: "J. R. R. Example" }];
  const named = await insertEpisode(db, { podcastId, namespace: { persons } });

  assert.deepEqual(await search("conanus"), [latin]);
  assert.deepEqual(await search("鉄道"), [japanese]);
  assert.deepEqual(await search("道鉄"), []);
  assert.deepEqual(await search("jrr example"), [named]);
});

test("searchEpisodes() searches one podcast, if the account may see it", async () => {
  const [one, blocked, secret] = [
    await insertPodcast(db),
    await insertPodcast(db, { isBlocked: true }),
    await insertPodcast(db, { isPrivate: true }),
  ];
  const [ofOne, ofBlocked, ofSecret] = [
    await insertEpisode(db, { podcastId: one, title: "Tide" }),
    await insertEpisode(db, { podcastId: blocked, title: "Tide" }),
    await insertEpisode(db, { podcastId: secret, title: "Tide" }),
  ];
  const accountId = await insertAccount(db);
  await db.once.insert(accountPodcast).values({ accountId, podcastId: secret, subscribedAt: new Date(), sequence: 1 });

  assert.deepEqual(await search("tide", { podcastId: one }), [ofOne]);
  // Its page shows a blocked podcast to everyone who has the link.
  assert.deepEqual(await search("tide", { podcastId: blocked }), [ofBlocked]);
  assert.deepEqual(await search("tide", { podcastId: secret }), []);
  assert.deepEqual(await search("tied", { podcastId: secret }), []);
  assert.deepEqual(await search("tide", { podcastId: secret, accountId }), [ofSecret]);
});

test("searchEpisodes() finds episodes of any date, and the newest ones of a frequent word", async () => {
  const podcastId = await insertPodcast(db);
  const DAY_MS = 86_400_000;
  const ids: number[] = [];
  // On both sides of each limit between spans of time.
  for (const days of [
    -400, -2, -1, 0, 1, 2, 3, 17, 18, 19, 20, 21, 60, 200, 210, 220, 230, 240, 250, 400, 4_000, 20_000,
  ]) {
    ids.push(await insertEpisode(db, { podcastId, title: "Tide", publishedAt: new Date(Date.now() - days * DAY_MS) }));
  }
  await db.once.execute(sql`
    insert into episode (podcast_id, guid, guid_sha256, title, published_at, media_url, namespace, item_sha256)
    select ${podcastId}::bigint, n, sha256(n::text::bytea), 'Ebb', now() - n * interval '1 hour', 'https://example.com/', '{}', sha256('')
    from generate_series(1, 600) n`);

  assert.deepEqual(await search("tide", { first: 100 }), ids);
  const newest = await search("ebb", { first: 1_000 });
  assert.equal(newest.length, 500);
  assert.deepEqual(
    newest,
    [...newest].sort((a, b) => a - b),
  );
});

test("searchEpisodes() refuses a cursor that is not its own", async () => {
  await assert.rejects(search("x", { after: "nonsense" }), { status: 400 });
});
