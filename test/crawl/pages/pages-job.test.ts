import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { asc, eq, sql } from "drizzle-orm";
import { JOBS } from "../../../functions/jobs.ts";
import { claimPodcast } from "../../../shared/crawl/claim-podcast.ts";
import { requestPages } from "../../../shared/crawl/pages/next-page.ts";
import * as podcastUpdater from "../../../shared/crawl/podcast-updater.ts";
import { crawlHost, episode, job, podcast, podcastPages } from "../../../shared/db/schema.ts";
import * as jobWorker from "../../../shared/jobs/job-worker.ts";
import { listNewEpisodes } from "../../../shared/listening/list-new-episodes.ts";
import * as podcastAdder from "../../../shared/podcasts/podcast-adder.ts";
import * as podcastBlocker from "../../../shared/podcasts/podcast-blocker.ts";
import { createContext } from "../../support/context.ts";
import { fetch } from "../../support/loopback.ts";
import { type Reply, startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertAccount, passHostSlots } from "../../support/rows.ts";

const ctx = createContext({ databaseUrl: await createDatabase(), fetch });
const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);

beforeEach(async () => {
  for (const path of Object.keys(script)) delete script[path];
  origin.requests.splice(0);
  await ctx.db.once.delete(job);
  await ctx.db.once.delete(podcast);
  await ctx.db.once.delete(crawlHost);
});

type Page = { numbers: readonly number[]; next?: string | undefined; title?: string; rel?: string; isDated?: boolean };

/** A page with the episodes of these numbers; each is a day newer than the one before. */
function page({ numbers, next, title = "A Show", rel = "next", isDated = true }: Page): string {
  const items = numbers.map((number) => {
    const date = isDated ? `<pubDate>${new Date(Date.UTC(2020, 0, number)).toUTCString()}</pubDate>` : "";
    return `<item><guid>guid-${number}</guid><title>Episode ${number}</title>${date}
<enclosure url="https://media.example.com/${number}.mp3" length="1" type="audio/mpeg"/></item>`;
  });
  const link = next === undefined ? "" : `<atom:link rel="${rel}" href="${next}"/>`;
  return `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>${title}</title>
<atom:link rel="self" href="/feed"/>${link}${items.join("")}</channel></rss>`;
}

/** Scripts a feed of `numPages` with two episodes each, the newest first. */
function scriptPages(numPages: number): void {
  for (let i = 1; i <= numPages; i += 1) {
    const newest = (numPages - i) * 2 + 2;
    const next = i < numPages ? `/feed?page=${i + 1}` : undefined;
    script[i === 1 ? "/feed" : `/feed?page=${i}`] = page({ numbers: [newest, newest - 1], next });
  }
}

async function add(): Promise<number> {
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}/feed` });
  return podcastId;
}

/** Runs jobs until none is due, without waiting for the host's turns. */
async function work(): Promise<jobWorker.WorkResult> {
  const timer = setInterval(() => void passHostSlots(ctx.db), 100);
  try {
    await passHostSlots(ctx.db);
    return await jobWorker.run(ctx, { budgetMs: 60_000, jobs: JOBS });
  } finally {
    clearInterval(timer);
  }
}

async function crawl(podcastId: number): Promise<void> {
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  await podcastUpdater.run(ctx, { claim });
}

async function numbersOf(podcastId: number): Promise<number[]> {
  const rows = await ctx.db.once
    .select({ guid: episode.guid })
    .from(episode)
    .where(eq(episode.podcastId, podcastId))
    .orderBy(asc(episode.publishedAt));
  return rows.map(({ guid }) => Number(guid.slice(5)));
}

async function pagesOf(podcastId: number) {
  const [row] = await ctx.db.once.select().from(podcastPages).where(eq(podcastPages.podcastId, podcastId));
  return row;
}

test("pagesJob reads all pages of a feed that is added, and the adder waits for none", async () => {
  scriptPages(4);

  const podcastId = await add();
  const numAtOnce = (await numbersOf(podcastId)).length;
  await work();

  assert.equal(numAtOnce, 2);
  assert.deepEqual(await numbersOf(podcastId), [1, 2, 3, 4, 5, 6, 7, 8]);
  const pages = await pagesOf(podcastId);
  assert.deepEqual([pages?.numPages, pages?.nextUrl, pages?.requestedAt, pages?.lastError], [3, null, null, null]);
});

test("pagesJob follows prev-archive, and reads a page in Atom", async () => {
  script["/feed"] = page({ numbers: [2], next: "/archive", rel: "prev-archive" });
  script["/archive"] = `<feed xmlns="http://www.w3.org/2005/Atom"><title>A Show</title>
<entry><id>guid-1</id><title>Episode 1</title><updated>2019-01-01T00:00:00Z</updated>
<link rel="enclosure" href="https://media.example.com/1.mp3" type="audio/mpeg"/></entry></feed>`;

  const podcastId = await add();
  await work();

  assert.deepEqual(await numbersOf(podcastId), [1, 2]);
});

test("later crawls read the first page alone, and mark no episode of another page as absent", async () => {
  scriptPages(3);
  const podcastId = await add();
  await work();
  origin.requests.splice(0);

  script["/feed"] = page({ numbers: [7, 5], next: "/feed?page=2" });
  await crawl(podcastId);
  await work();

  assert.deepEqual(
    origin.requests.map(({ path }) => path),
    ["/feed"],
  );
  const rows = await ctx.db.once.select().from(episode).where(eq(episode.podcastId, podcastId));
  // Episode 6 is newer than the first page's last one, and not on it.
  assert.deepEqual(
    rows.filter(({ absentSince }) => absentSince !== null).map(({ title }) => title),
    ["Episode 6"],
  );
});

test("a first page that is not newest first says nothing about other episodes", async () => {
  script["/feed"] = page({ numbers: [1, 2], next: "/feed?page=2" });
  script["/feed?page=2"] = page({ numbers: [3, 4] });
  const podcastId = await add();
  await work();

  script["/feed"] = page({ numbers: [1], next: "/feed?page=2" });
  await crawl(podcastId);

  const rows = await ctx.db.once.select().from(episode).where(eq(episode.podcastId, podcastId));
  assert.deepEqual(
    rows.map(({ absentSince }) => absentSince),
    [null, null, null, null],
  );
});

test("episodes of later pages are new to no subscriber", async () => {
  scriptPages(3);
  const accountId = await insertAccount(ctx.db);
  const podcastId = await add();
  await ctx.db.once.execute(sql`
    insert into account_podcast (account_id, podcast_id, subscribed_at, sequence)
    values (${accountId}::bigint, ${podcastId}::bigint, podcore_now(), 1)`);

  await work();

  const page = { accountId, first: 20, after: undefined, parts: { hasDetails: false, hasNotes: false } };
  assert.equal((await numbersOf(podcastId)).length, 6);
  assert.deepEqual(await listNewEpisodes(ctx.db, page), []);
});

test("undated episodes of later pages are older than those of the first", async () => {
  script["/feed"] = page({ numbers: [6, 5], next: "/feed?page=2", isDated: false });
  script["/feed?page=2"] = page({ numbers: [4, 3], next: "/feed?page=3", isDated: false });
  script["/feed?page=3"] = page({ numbers: [2, 1], isDated: false });

  const podcastId = await add();
  await work();

  assert.deepEqual(await numbersOf(podcastId), [1, 2, 3, 4, 5, 6]);
});

test("a rerun on the first page and its original on a later one are two episodes", async () => {
  const item = (guid: number, { year, title = `Episode ${guid}` }: { year: number; title?: string }) => `<item>
<guid>guid-${guid}</guid><title>${title}</title><itunes:duration>1800</itunes:duration>
<pubDate>${new Date(Date.UTC(year, 0, guid)).toUTCString()}</pubDate><enclosure url="https://media.example.com/${guid}.mp3"/></item>`;
  const feed = (inside: string) =>
    `<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>A Show</title>${inside}</channel></rss>`;
  const first = [7, 6, 5].map((guid) => item(guid, { year: 2020 })).join("");
  const last = [3, 2, 1].map((guid) => item(guid, { year: 2019 })).join("");
  script["/feed"] = feed(
    `<atom:link rel="next" href="/feed?page=2"/>${item(8, { year: 2020, title: "The Best Of" })}${first}`,
  );
  script["/feed?page=2"] = feed(`${item(4, { year: 2019, title: "The Best Of" })}${last}`);

  const podcastId = await add();
  await work();

  assert.deepEqual(await numbersOf(podcastId), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("pagesJob ends at 50 pages, and goes on when a reader asks", async () => {
  scriptPages(65);
  const podcastId = await add();
  await work();
  const numFirst = (await pagesOf(podcastId))?.numPages;

  const isRequested = await requestPages(ctx.db, { podcastId, num: 10 });
  await work();
  const numSecond = (await pagesOf(podcastId))?.numPages;
  await requestPages(ctx.db, { podcastId, num: 10 });
  await work();
  const isMore = await requestPages(ctx.db, { podcastId, num: 10 });

  assert.deepEqual([numFirst, isRequested, numSecond, isMore], [50, true, 60, false]);
  assert.equal((await numbersOf(podcastId)).length, 130);
});

for (const [name, last, error] of [
  ["links back to another page", page({ numbers: [1], next: "/feed?page=2" }), /circle/],
  ["links to the first page", page({ numbers: [1], next: "/feed" }), /circle/],
  ["is of another show", page({ numbers: [1], title: "Another Show" }), /another show/],
  ["is missing", { status: 404 }, /404/],
  ["has no episodes", page({ numbers: [] }), /^null$/],
  ["is not a feed", "<html>", /no <rss>/],
] as const) {
  test(`pagesJob keeps the pages that it has read, if one ${name}`, { timeout: 60_000 }, async () => {
    script["/feed"] = page({ numbers: [5, 4], next: "/feed?page=2" });
    script["/feed?page=2"] = page({ numbers: [3, 2], next: "/feed?page=3" });
    script["/feed?page=3"] = last;

    const podcastId = await add();
    const { numDone } = await work();

    const pages = await pagesOf(podcastId);
    assert.ok(numDone > 0);
    assert.deepEqual((await numbersOf(podcastId)).slice(-4), [2, 3, 4, 5]);
    assert.match(String(pages?.lastError), error);
    assert.equal(pages?.requestedAt, null);
    assert.ok(origin.requests.length <= 4);
  });
}

test("pagesJob goes on where it was, after a page that fails for a while", async () => {
  scriptPages(4);
  const third = script["/feed?page=3"] ?? "";
  script["/feed?page=3"] = { status: 503 };
  const podcastId = await add();
  const first = await work();
  const between = await numbersOf(podcastId);
  origin.requests.splice(0);

  script["/feed?page=3"] = third;
  await ctx.db.once.update(job).set({ dueAt: sql`podcore_now()` });
  await work();

  assert.deepEqual([first.numFailed, between], [1, [5, 6, 7, 8]]);
  assert.deepEqual(
    origin.requests.map(({ path }) => path),
    ["/feed?page=3", "/feed?page=4"],
  );
  assert.deepEqual(await numbersOf(podcastId), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("pagesJob reads nothing of a podcast that was taken down", async () => {
  scriptPages(3);
  const podcastId = await add();
  await podcastBlocker.block(ctx, { which: { podcastId }, reason: "Asked for by its author" });
  origin.requests.splice(0);

  const { numDone } = await work();

  assert.equal(numDone, 1);
  assert.equal(origin.requests.length, 0);
});

test("a podcast that was added before pages were followed offers its older episodes after a crawl", async () => {
  scriptPages(3);
  const podcastId = await add();
  await ctx.db.once.delete(job);
  await ctx.db.once.delete(podcastPages);
  script["/feed"] = page({ numbers: [7, 6, 5], next: "/feed?page=2" });
  await crawl(podcastId);
  const numJobs = (await ctx.db.once.select().from(job)).length;

  await requestPages(ctx.db, { podcastId, num: 10 });
  await work();

  assert.equal(numJobs, 0);
  assert.deepEqual(await numbersOf(podcastId), [1, 2, 3, 4, 5, 6, 7]);
});
