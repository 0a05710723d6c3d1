import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import { accountPodcast } from "../../shared/db/schema.ts";
import { searchPodcasts } from "../../shared/search/search-podcasts.ts";
import { createContext } from "../support/context.ts";
import { pageThrough } from "../support/page-through.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertDuePodcasts, insertPodcast } from "../support/rows.ts";
import { MISSPELT, OTHERS } from "../support/show-titles.ts";
import { writeDocuments } from "../support/write-documents.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, account, search_pending, search_word cascade`);
});

type Options = { accountId?: number; first?: number; after?: string };
async function search(query: string, options: Options = {}): Promise<number[]> {
  const { accountId, first = 20, after } = options;
  await writeDocuments(ctx);
  return (await searchPodcasts(db, { query, accountId, first, after })).map(({ node }) => node);
}

test("searchPodcasts() puts the meant show first for at least 36 of 40 misspelt titles among hundreds", async () => {
  const titles = [...OTHERS, ...MISSPELT.map(([title]) => title)];
  const ids = await insertDuePodcasts(db, titles);
  const idOf = new Map(titles.map((title, i) => [title, ids[i]]));

  const missed: string[] = [];
  for (const [title, typed] of MISSPELT) {
    const [best] = await search(typed);
    if (best !== idOf.get(title)) missed.push(`${typed}: ${titles[ids.indexOf(best ?? 0)]}`);
  }

  assert.ok(titles.length > 400);
  assert.equal(new Set(MISSPELT.map(([, typed]) => typed)).size, 40);
  assert.ok(missed.length <= 4, missed.join("\n"));
});

test("searchPodcasts() orders by how a podcast matches: its title, the title's start, its words, the author, the description", async () => {
  const described = await insertPodcast(db, { title: "Almanac", description: "All about the river barges." });
  const authored = await insertPodcast(db, { title: "Barges", author: "Ada River" });
  const worded = await insertPodcast(db, { title: "Barges of every River" });
  const begun = await insertPodcast(db, { title: "River Barges Weekly" });
  const exact = await insertPodcast(db, { title: "River Barges" });
  await insertPodcast(db, { title: "Something else" });

  const found = await search("river barges");

  assert.deepEqual(found, [exact, begun, worded, authored, described]);
});

test("searchPodcasts() pages through all that it finds, equals included, without a gap or a repetition", async () => {
  const ids: number[] = [];
  for (let i = 0; i < 25; i++) ids.push(await insertPodcast(db, { title: `Twins ${i % 3}` }));

  await writeDocuments(ctx);
  const paged = await pageThrough((page) => searchPodcasts(db, { query: "twins", accountId: undefined, ...page }));

  assert.deepEqual(paged, await search("twins", { first: 100 }));
  assert.deepEqual(
    [...paged].sort((a, b) => a - b),
    ids,
  );
});

test("searchPodcasts() honours itunes:block, and shows a private podcast to its subscribers and who added it only", async () => {
  const listed = await insertPodcast(db, { title: "Tide Tables" });
  await insertPodcast(db, { title: "Tide Tables", isBlocked: true });
  // As most private feeds do, it asks to stay off lists.
  const secret = await insertPodcast(db, { title: "Tide Tables", isPrivate: true, isBlocked: true });
  const [subscriber, adder, former, stranger] = [
    await insertAccount(db),
    await insertAccount(db),
    await insertAccount(db),
    await insertAccount(db),
  ];
  const at = new Date();
  await db.once.insert(accountPodcast).values([
    { accountId: subscriber, podcastId: secret, subscribedAt: at, sequence: 1 },
    { accountId: adder, podcastId: secret, addedAt: at, sequence: 1 },
    { accountId: former, podcastId: secret, subscribedAt: at, unsubscribedAt: at, sequence: 1 },
  ]);

  for (const query of ["tide tables", "tide tabels"]) {
    assert.deepEqual(await search(query), [listed]);
    assert.deepEqual(await search(query, { accountId: stranger }), [listed]);
    assert.deepEqual(await search(query, { accountId: former }), [listed]);
    assert.deepEqual(await search(query, { accountId: subscriber }), [listed, secret]);
    assert.deepEqual(await search(query, { accountId: adder }), [listed, secret]);
  }
});

test("searchPodcasts() finds words of every script, and parts of titles that have no blanks", async () => {
  const japanese = await insertPodcast(db, { title: "深夜列車の旅・第一話" });
  const arabic = await insertPodcast(db, { title: "مسافرون في الليل" });
  const german = await insertPodcast(db, { title: "Über Züge" });

  assert.deepEqual(await search("列車の旅"), [japanese]);
  assert.deepEqual(await search("الليل"), [arabic]);
  assert.deepEqual(await search("über züge"), [german]);
});

test("searchPodcasts() takes whatever is typed as text", async () => {
  const percent = await insertPodcast(db, { title: "100% Cotton_Wool" });
  await insertPodcast(db, { title: "1000 Cottons Wool" });

  assert.equal((await search("100%"))[0], percent);
  assert.equal((await search("cotton_w"))[0], percent);
  for (const query of [
    "'",
    '"',
    "\\",
    "%",
    "_",
    "&|!()<->:*",
    "-cotton",
    '"cotton',
    "or",
    "' or 1=1 --",
    "🚂",
    "a:*",
  ]) {
    assert.ok(Array.isArray(await search(query)), query);
  }
});

test("searchPodcasts() refuses a cursor that is not its own", async () => {
  for (const after of ["nonsense", Buffer.from('["x",1]').toString("base64url")]) {
    await assert.rejects(search("x", { after }), { status: 400 });
  }
});
