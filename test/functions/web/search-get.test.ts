import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import podcastGet from "../../../functions/web/podcast-get.ts";
import searchGet from "../../../functions/web/search-get.ts";
import { NOBODY } from "../../../shared/context.ts";
import { createContext } from "../../support/context.ts";
import { itunesHit, itunesReply, startItunes } from "../../support/itunes.ts";
import { fetch } from "../../support/loopback.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../../support/rows.ts";
import { writeDocuments } from "../../support/write-documents.ts";
import { callPage, linksIn } from "./call.ts";

const itunes = await startItunes();
after(itunes.close);
const databaseUrl = await createDatabase();
const environment = { PODCORE_DIRECTORY_URL: itunes.url };
const ctx = createContext({ databaseUrl, environment, fetch });

beforeEach(async () => {
  itunes.requests.splice(0);
  itunes.answer(itunesReply());
  await ctx.db.once.execute(sql`truncate podcast, account, directory_search, directory_podcast, rate_limit cascade`);
});

test("search-get shows the form alone without a query, and asks nobody", async () => {
  for (const path of ["/search", "/search?q=", "/search?q=%20%00"]) {
    const { body, headers } = await callPage(searchGet, { ctx, path });

    assert.match(body.toString(), /<input type="search" name="q" [^>]*maxlength="100">/);
    assert.doesNotMatch(body.toString(), /<section/);
    assert.match(body.toString(), /<meta name="robots" content="noindex">/);
    assert.equal(headers["cache-control"], "public, max-age=60");
  }
  assert.deepEqual(itunes.terms(), []);
});

test("search-get shows podcasts, episodes and what the directory lists, with links to each", async () => {
  const podcastId = await insertPodcast(ctx.db, { title: "Night Trains" });
  const episodeId = await insertEpisode(ctx.db, { podcastId, title: "The last night train" });
  await writeDocuments(ctx);
  itunes.answer(
    itunesReply(
      itunesHit({ feedUrl: `https://feeds.example.com/${podcastId}` }),
      itunesHit({
        collectionId: 2,
        collectionName: "Night <b>Buses",
        artistName: "Bo",
        feedUrl: "https://example.com/b",
      }),
    ),
  );

  const page = await callPage(searchGet, { ctx, path: "/search?q=%20Night%20%20TRAIN" });

  const body = page.body.toString();
  assert.deepEqual(linksIn(page, "/podcasts/"), [
    `/podcasts/${podcastId}-night-trains`,
    `/podcasts/${podcastId}-night-trains/episodes/${episodeId}-the-last-night-train`,
    `/podcasts/${podcastId}-night-trains`,
    `/podcasts/${podcastId}-night-trains`,
  ]);
  assert.match(body, /<a class="card" dir="auto" href="\/directory-podcasts\/\d+-night-bbuses" rel="nofollow">/);
  assert.match(body, /Night &lt;b&gt;Buses/);
  assert.match(body, /src="https:\/\/art\.example\.com\/600\.jpg"/);
  assert.match(body, /name="q"[^>]* value="night train"/);
  assert.deepEqual(itunes.terms(), ["night train"]);
});

test("search-get leads from each list to its further pages", async () => {
  const podcastId = await insertPodcast(ctx.db, { title: "Other" });
  for (let i = 0; i < 13; i++) await insertPodcast(ctx.db, { title: `Trains ${i}` });
  for (let i = 0; i < 11; i++) await insertEpisode(ctx.db, { podcastId, title: `Trains, part ${i}` });
  await writeDocuments(ctx);

  const page = await callPage(searchGet, { ctx, path: "/search?q=trains" });
  const [morePodcasts = "", moreEpisodes = ""] = linksIn(page, "/search?q=trains&kind=");
  const podcasts = await callPage(searchGet, { ctx, path: morePodcasts });
  const episodes = await callPage(searchGet, { ctx, path: moreEpisodes });

  const shown = linksIn(page, "/podcasts/").filter((path) => !path.includes("/episodes/") && !path.endsWith("-other"));
  assert.equal(shown.length, 12);
  const rest = linksIn(podcasts, "/podcasts/");
  assert.equal(rest.length, 1);
  assert.ok(!shown.includes(rest[0] ?? ""));
  assert.equal(linksIn(episodes, "/podcasts/").filter((path) => path.includes("/episodes/")).length, 1);
  assert.deepEqual(linksIn(podcasts, "/search"), ["/search?q=trains", "/search?q=trains&kind=podcasts"]);
  assert.deepEqual(itunes.terms(), ["trains"]);
});

test("search-get says that the directory does not answer, and shows what is stored all the same", async () => {
  await insertPodcast(ctx.db, { title: "Night Trains" });
  await writeDocuments(ctx);
  itunes.answer({ status: 403 });

  const failed = await callPage(searchGet, { ctx, path: "/search?q=night+trains" });
  await ctx.db.once.execute(sql`update rate_limit set num_taken = 1000`);
  const busy = await callPage(searchGet, { ctx, path: "/search?q=night+trains" });

  assert.match(
    failed.body.toString(),
    /Apple&#39;s directory is not responding just now\. Please try again in a minute\./,
  );
  assert.match(busy.body.toString(), /There were too many searches of Apple&#39;s directory just now\./);
  for (const page of [failed, busy]) {
    assert.equal(linksIn(page, "/podcasts/").length, 1);
    assert.equal(page.headers["cache-control"], "no-store");
  }
});

test("search-get shows the rest, if searching the episodes takes too long", async () => {
  const podcastId = await insertPodcast(ctx.db, { title: "Night Trains" });
  await writeDocuments(ctx);
  itunes.answer(itunesReply(itunesHit({ collectionName: "Night Buses", feedUrl: "https://example.com/b" })));
  const locking = createContext({ databaseUrl });

  const page = await locking.db.once.transaction(async (tx) => {
    await tx.once.execute(sql`lock table search_episode in access exclusive mode`);
    return callPage(searchGet, { ctx, path: "/search?q=night" });
  });

  const body = page.body.toString();
  assert.match(body, /Searching the episodes of this site took too long just now\. Please try again in a minute/);
  assert.match(body, /Night Buses/);
  assert.deepEqual(linksIn(page, "/podcasts/"), [`/podcasts/${podcastId}-night-trains`]);
  assert.equal(page.headers["cache-control"], "no-store");
});

test("search-get searches the episodes of one podcast, and leads from its page to there", async () => {
  const podcastId = await insertPodcast(ctx.db, { title: "Night Trains" });
  const otherId = await insertPodcast(ctx.db, { title: "Day Trains" });
  const ids: number[] = [];
  for (let i = 0; i < 51; i++) ids.push(await insertEpisode(ctx.db, { podcastId, title: `Tide ${i}` }));
  await insertEpisode(ctx.db, { podcastId: otherId, title: "Tide" });
  await writeDocuments(ctx);

  const podcast = await callPage(podcastGet, {
    ctx,
    path: `/podcasts/${podcastId}`,
    params: { id: String(podcastId) },
  });
  const page = await callPage(searchGet, { ctx, path: `/search?q=tide&podcast=${podcastId}` });
  const [more = ""] = linksIn(page, `/search?q=tide&podcast=${podcastId}&after=`);
  const rest = await callPage(searchGet, { ctx, path: more });

  const episodesIn = (it: typeof page) => linksIn(it, `/podcasts/${podcastId}-night-trains/episodes/`);
  assert.match(podcast.body.toString(), new RegExp(`<input type="hidden" name="podcast" value="${podcastId}">`));
  assert.deepEqual([episodesIn(page).length, episodesIn(rest).length], [50, 1]);
  assert.deepEqual(linksIn(page, `/podcasts/${otherId}`), []);
  assert.deepEqual(itunes.terms(), []);
  await assert.rejects(callPage(searchGet, { ctx, path: "/search?q=tide&podcast=99999999" }), { status: 404 });
  await assert.rejects(callPage(searchGet, { ctx, path: "/search?q=tide&podcast=x" }), { status: 400 });
});

test("search-get shows a private podcast to its subscriber, on a page that no shared cache keeps", async () => {
  const podcastId = await insertPodcast(ctx.db, { title: "Secret Trains", isPrivate: true });
  const accountId = await insertAccount(ctx.db);
  await ctx.db.once.execute(sql`insert into account_podcast (account_id, podcast_id, subscribed_at, sequence)
    values (${accountId}::bigint, ${podcastId}::bigint, podcore_now(), 1)`);
  await writeDocuments(ctx);
  const caller = { ...NOBODY, account: { id: accountId, email: null } };
  const subscriber = createContext({ databaseUrl, environment, fetch, caller });

  const page = await callPage(searchGet, { ctx: subscriber, path: "/search?q=secret+trains" });
  const forAnybody = await callPage(searchGet, { ctx, path: "/search?q=secret+trains" });

  assert.equal(linksIn(page, "/podcasts/").length, 1);
  assert.match(page.headers["cache-control"] ?? "", /private|no-store/);
  assert.deepEqual(linksIn(forAnybody, "/podcasts/"), []);
});

test("search-get refuses a query of over 100 characters, an unknown list and a cursor that is not its own", async () => {
  for (const path of [`/search?q=${"x".repeat(101)}`, "/search?q=x&kind=y", "/search?q=x&kind=podcasts&after=y"]) {
    await assert.rejects(callPage(searchGet, { ctx, path }), { status: 400 });
  }
});
