import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import { NOBODY } from "../../shared/context.ts";
import { podcastFeedLocation } from "../../shared/db/schema.ts";
import * as directorySearcher from "../../shared/search/directory-searcher.ts";
import { createContext } from "../support/context.ts";
import { itunesHit, itunesReply, startItunes } from "../support/itunes.ts";
import { fetch } from "../support/loopback.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertPodcast } from "../support/rows.ts";

const itunes = await startItunes();
after(itunes.close);
const databaseUrl = await createDatabase();
const environment = { PODCORE_DIRECTORY_URL: itunes.url };
const ctx = createContext({ databaseUrl, environment, fetch });

beforeEach(async () => {
  itunes.requests.splice(0);
  await ctx.db.once.execute(sql`truncate podcast, account, directory_search, directory_podcast, rate_limit cascade`);
});

const run = (query = "trains") => directorySearcher.run(ctx, { query });

async function ageSearches(interval: string): Promise<void> {
  await ctx.db.once.execute(sql`update directory_search set retrieved_at = retrieved_at - ${interval}::interval`);
}

async function countRows(): Promise<Record<string, number>> {
  const [row] = await ctx.db.once.execute<Record<string, number>>(sql`select
    (select count(*)::int from directory_search) as searches,
    (select count(*)::int from directory_search_hit) as hits,
    (select count(*)::int from directory_podcast) as podcasts`);
  return { ...row };
}

const titlesOf = ({ podcasts }: directorySearcher.DirectoryResult) => podcasts.map(({ title }) => title);
const numbered = (...ids: number[]) => ids.map((id) => itunesHit({ collectionId: id, collectionName: `Show ${id}` }));

test("run() stores what the directory answers, in its order, and does not ask the same again within the hour", async () => {
  itunes.answer(itunesReply(...numbered(3, 1, 2)));

  const first = await run();
  await ageSearches("59 minutes");
  const second = await run();

  assert.deepEqual(titlesOf(first), ["Show 3", "Show 1", "Show 2"]);
  assert.deepEqual(second, first);
  assert.deepEqual(itunes.terms(), ["trains"]);
  assert.deepEqual(await countRows(), { searches: 1, hits: 3, podcasts: 3 });
  assert.deepEqual(first.podcasts[0], {
    id: first.podcasts[0]?.id,
    title: "Show 3",
    author: "Ada Example",
    feedUrl: "https://feeds.example.com/night-trains",
    imageUrl: "https://art.example.com/600.jpg",
    podcast: null,
  });
});

test("run() asks again after an hour, and replaces what was answered before", async () => {
  itunes.answer(itunesReply(...numbered(1, 2)));
  const before = await run();
  await ageSearches("61 minutes");
  itunes.answer(itunesReply(...numbered(3), itunesHit({ collectionId: 2, collectionName: "Renamed" })));

  const again = await run();
  const kept = await run();

  assert.deepEqual(titlesOf(again), ["Show 3", "Renamed"]);
  assert.equal(again.podcasts[1]?.id, before.podcasts[1]?.id);
  assert.deepEqual(kept, again);
  assert.equal(itunes.terms().length, 2);
  assert.deepEqual(await countRows(), { searches: 1, hits: 2, podcasts: 3 });
});

test("run() keeps no empty answer", async () => {
  itunes.answer(itunesReply());

  const empty = await run();
  itunes.answer(itunesReply(...numbered(1)));
  const found = await run();

  assert.deepEqual(empty, { podcasts: [] });
  assert.deepEqual(titlesOf(found), ["Show 1"]);
});

test("run() keeps no failure, and answers with what was answered before", async () => {
  itunes.answer({ status: 403 });
  const failed = await run();
  itunes.answer(itunesReply(...numbered(1)));
  const found = await run();
  await ageSearches("3 days");
  itunes.answer({ status: 403 });

  const stale = await run();

  assert.deepEqual(failed, { podcasts: [], problem: "failed" });
  assert.deepEqual(titlesOf(found), ["Show 1"]);
  assert.deepEqual(stale, { podcasts: found.podcasts, problem: "failed" });
});

test("run() asks the directory at most 20 times a minute, whoever asks, and then answers with what was answered before", async () => {
  itunes.answer(itunesReply(...numbered(1)));
  const other = createContext({ databaseUrl, environment, fetch });
  await run("known");
  await ageSearches("2 hours");
  for (let i = 0; i < 19; i++) await directorySearcher.run(i % 2 === 0 ? ctx : other, { query: `q${i}` });

  const refused = await directorySearcher.run(other, { query: "another" });
  const stale = await run("known");
  const cached = await run("q1");
  await ctx.db.once.execute(sql`update rate_limit set resets_at = podcore_now()`);
  const later = await run("another");

  assert.deepEqual(refused, { podcasts: [], problem: "busy" });
  assert.equal(stale.problem, "busy");
  assert.deepEqual(titlesOf(stale), ["Show 1"]);
  assert.equal(cached.problem, undefined);
  assert.equal(later.problem, undefined);
  assert.equal(itunes.terms().length, 21);
});

test("run() makes no duplicates and no deadlock, when many search at once for the same and for overlapping podcasts", async () => {
  const ids = Array.from({ length: 25 }, (_, i) => i + 1);
  itunes.answer((request, response) => {
    const isEven = (request.url ?? "").includes("even");
    response.end(itunesReply(...numbered(...(isEven ? ids : ids.toReversed()))).body);
  });
  const contexts = [ctx, createContext({ databaseUrl, environment, fetch })];

  for (let round = 0; round < 2; round++) {
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        directorySearcher.run(contexts[i % 2] ?? ctx, { query: i % 4 < 2 ? "even" : "odd" }),
      ),
    );
    await ageSearches("2 hours");
  }

  assert.deepEqual(await countRows(), { searches: 2, hits: 50, podcasts: 25 });
});

test("run() links hits to stored podcasts by any of their feed URLs, and to a private one for those who may see it only", async () => {
  const url = (name: string) => `https://feeds.example.com/of/${name}`;
  itunes.answer(
    itunesReply(
      itunesHit({ collectionId: 1, feedUrl: url("open") }),
      itunesHit({ collectionId: 2, feedUrl: url("secret") }),
      itunesHit({ collectionId: 3, feedUrl: url("unknown") }),
    ),
  );
  const open = await insertPodcast(ctx.db, { title: "Open" });
  const secret = await insertPodcast(ctx.db, { title: "Secret", isPrivate: true });
  const accountId = await insertAccount(ctx.db);
  await ctx.db.once.insert(podcastFeedLocation).values([
    { podcastId: open, feedUrl: url("open"), isCurrent: false },
    { podcastId: secret, feedUrl: url("secret"), isCurrent: false },
  ]);
  await ctx.db.once.execute(sql`insert into account_podcast (account_id, podcast_id, subscribed_at, sequence)
    values (${accountId}::bigint, ${secret}::bigint, podcore_now(), 1)`);
  const caller = { ...NOBODY, account: { id: accountId, email: null } };
  const subscriber = createContext({ databaseUrl, environment, fetch, caller });

  const forAnybody = await run();
  const forSubscriber = await directorySearcher.run(subscriber, { query: "trains" });

  assert.deepEqual(
    forAnybody.podcasts.map(({ podcast }) => podcast),
    [{ id: open, title: "Open" }, null, null],
  );
  assert.deepEqual(
    forSubscriber.podcasts.map(({ podcast }) => podcast?.id),
    [open, secret, undefined],
  );
});

test("run() asks the directory eight times a minute for one network, and for others meanwhile", async () => {
  itunes.answer(itunesReply(...numbered(1)));
  const searchFrom = (address: string, query: string) => {
    const caller = { ...NOBODY, address };
    return directorySearcher.run(createContext({ databaseUrl, environment, fetch, caller }), { query });
  };
  for (let i = 0; i < 8; i++) await searchFrom("203.0.113.7", `query ${i}`);

  const ninth = await searchFrom("203.0.113.8", "query 8");
  const known = await searchFrom("203.0.113.8", "query 0");
  const other = await searchFrom("198.51.100.1", "query 8");

  assert.deepEqual(ninth, { podcasts: [], problem: "busy" });
  assert.deepEqual([known, other].map(titlesOf), [["Show 1"], ["Show 1"]]);
  assert.equal(itunes.requests.length, 9);
});
