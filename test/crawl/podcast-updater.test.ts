import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { asc, eq, sql } from "drizzle-orm";
import { claimPodcast } from "../../shared/crawl/claim-podcast.ts";
import * as podcastUpdater from "../../shared/crawl/podcast-updater.ts";
import { openPool } from "../../shared/db/pool.ts";
import { crawlHost, episode, podcast, podcastCrawl, podcastFeedContent } from "../../shared/db/schema.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { fetch } from "../support/loopback.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

const lines: string[] = [];
const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl, fetch, writeLog: (line) => lines.push(line) });
const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
let numFeeds = 0;

beforeEach(async () => {
  origin.requests.splice(0);
  // All feeds here are of one host, which a 429 of another test may have paused.
  await ctx.db.once.delete(crawlHost);
});

async function addFeed(reply: Reply): Promise<{ podcastId: number; path: string }> {
  const path = `/feed-${numFeeds++}`;
  script[path] = reply;
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}${path}` });
  return { podcastId, path };
}

async function update(podcastId: number): Promise<podcastUpdater.UpdateResult> {
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  return podcastUpdater.run(ctx, { claim });
}

async function crawlOf(podcastId: number) {
  const [row] = await ctx.db.once
    .select({ crawl: podcastCrawl, delayMs: sql<number>`extract(epoch from due_at - podcore_now())::float8 * 1000` })
    .from(podcastCrawl)
    .where(eq(podcastCrawl.podcastId, podcastId));
  assert.ok(row);
  return { ...row.crawl, delayMs: row.delayMs };
}

/** A feed of which an episode comes every day, the last an hour ago. */
function dailyFeed(extra = ""): string {
  const items = Array.from({ length: 20 }, (_, day) => {
    const at = new Date(Date.now() - 3_600_000 - day * 86_400_000).toUTCString();
    return `<item><guid>${day}</guid><title>${day}</title><pubDate>${at}</pubDate><enclosure url="https://media.example.com/${day}.mp3"/></item>`;
  });
  return `<rss version="2.0"><channel><title>A</title>${extra}${items.join("")}</channel></rss>`;
}

function episodesOf(podcastId: number) {
  return ctx.db.once
    .select({ row: episode, version: sql<string>`${episode}.xmin::text` })
    .from(episode)
    .where(eq(episode.podcastId, podcastId))
    .orderBy(asc(episode.guid));
}

test("run() writes no episode, when the feed's bytes are the same", async () => {
  const { podcastId } = await addFeed(rss());
  const before = await episodesOf(podcastId);

  const result = await update(podcastId);

  assert.deepEqual(result, { kind: "unchanged" });
  assert.deepEqual(await episodesOf(podcastId), before);
});

test("run() rewrites only episodes that differ, when the feed has changed", async () => {
  const { podcastId, path } = await addFeed(rss({ items: [{ guid: "a" }, { guid: "b" }] }));
  const before = await episodesOf(podcastId);
  script[path] = rss({ items: [{ guid: "c" }, { guid: "a" }, { guid: "b", title: "Renamed" }] });

  const result = await update(podcastId);

  const episodes = await episodesOf(podcastId);
  assert.ok(result.kind === "changed");
  assert.deepEqual([result.numInserted, result.numUpdated], [1, 1]);
  assert.deepEqual(episodes[0], before[0]);
  assert.equal(episodes[1]?.row.title, "Renamed");
  assert.equal(episodes[1]?.row.id, before[1]?.row.id);
  assert.deepEqual(
    episodes.map(({ row }) => row.guid),
    ["a", "b", "c"],
  );
});

test("run() reports the items that it skipped, and why", async () => {
  const { podcastId, path } = await addFeed(rss());
  script[path] = rss({ items: [{ guid: "1" }, { guid: "1" }] });

  await update(podcastId);

  assert.match(lines.join(""), /Podcast updated, .*num_skipped: 1, skipped: .*item 1: duplicate guid/);
});

test("run() keeps episodes that the feed has dropped", async () => {
  const { podcastId, path } = await addFeed(rss({ items: [{ guid: "a" }, { guid: "b" }] }));
  script[path] = rss({ items: [{ guid: "b" }] });

  await update(podcastId);

  assert.equal((await episodesOf(podcastId)).length, 2);
});

test("run() keeps the podcast's row as it is, when only episodes differ", async () => {
  const { podcastId, path } = await addFeed(rss());
  const version = () => ctx.db.once.select({ version: sql`xmin::text` }).from(podcast).where(eq(podcast.id, podcastId));
  const before = await version();
  script[path] = rss({ items: [{ guid: "1" }, { guid: "2" }] });

  await update(podcastId);

  assert.deepEqual(await version(), before);
});

test("run() keeps when an episode without a date was first seen, when its item changes", async () => {
  const undated = (title: string) =>
    `<rss version="2.0"><channel><title>A</title><item><guid>u</guid><title>${title}</title><enclosure url="https://media.example.com/u.mp3"/></item></channel></rss>`;
  const { podcastId, path } = await addFeed(undated("First"));
  const [before] = await episodesOf(podcastId);
  await ctx.db.once.execute(
    sql`update episode set published_at = published_at - interval '3 days' where podcast_id = ${podcastId}`,
  );
  script[path] = undated("Second");

  await update(podcastId);

  const [after] = await episodesOf(podcastId);
  assert.equal(after?.row.title, "Second");
  assert.equal(after.row.publishedAt.getTime(), Number(before?.row.publishedAt.getTime()) - 3 * 86_400_000);
});

test("run() keeps the newest five raw feeds, and the one that came back among them", async () => {
  const { podcastId, path } = await addFeed(rss({ title: "0" }));
  for (const title of ["1", "2", "3", "4", "5", "6", "2"]) {
    script[path] = rss({ title });
    await update(podcastId);
  }

  const contents = await ctx.db.once
    .select()
    .from(podcastFeedContent)
    .where(eq(podcastFeedContent.podcastId, podcastId));
  const [stored] = await ctx.db.once.select().from(podcast).where(eq(podcast.id, podcastId));

  assert.equal(contents.length, 5);
  assert.equal(stored?.title, "2");
});

test("fetch 1: run() sends validators back byte for byte, and records a 304 as unchanged", async () => {
  const headers = { ETag: 'W/"a-gzip"', "Last-Modified": "yesterday" };
  const { podcastId, path } = await addFeed({ headers, body: rss() });
  script[path] = { status: 304 };

  const result = await update(podcastId);

  assert.deepEqual(result, { kind: "unchanged" });
  assert.equal(origin.requests[1]?.headers["if-none-match"], 'W/"a-gzip"');
  assert.equal(origin.requests[1]?.headers["if-modified-since"], "yesterday");
  assert.equal((await crawlOf(podcastId)).etag, 'W/"a-gzip"');
});

test("fetch 5: run() stores new validators and writes no episode, when only the ETag changes", async () => {
  const { podcastId, path } = await addFeed({ headers: { ETag: '"a"' }, body: rss() });
  const before = await episodesOf(podcastId);
  script[path] = { headers: { ETag: '"b"' }, body: rss() };

  await update(podcastId);

  assert.equal((await crawlOf(podcastId)).etag, '"b"');
  assert.deepEqual(await episodesOf(podcastId), before);
});

test("fetch 6: run() parses a changed body, when the ETag is the same", async () => {
  const headers = { ETag: '"same"' };
  const { podcastId, path } = await addFeed({ headers, body: rss() });
  script[path] = { headers, body: rss({ items: [{ guid: "1" }, { guid: "2" }] }) };

  await update(podcastId);

  assert.equal((await episodesOf(podcastId)).length, 2);
});

test("fetch 7: run() clears validators, when a 200 comes without any", async () => {
  const { podcastId, path } = await addFeed({ headers: { ETag: '"a"' }, body: rss() });
  script[path] = rss({ title: "Other" });

  await update(podcastId);

  assert.equal((await crawlOf(podcastId)).etag, null);
});

test("fetch 8: run() stores the validators of a 304, and keeps those that it does not name", async () => {
  const { podcastId, path } = await addFeed({ headers: { ETag: '"a"', "Last-Modified": "m" }, body: rss() });
  script[path] = { status: 304, headers: { ETag: '"b"' } };

  await update(podcastId);

  const { etag, lastModified } = await crawlOf(podcastId);
  assert.deepEqual({ etag, lastModified }, { etag: '"b"', lastModified: "m" });
});

for (const [name, body] of [
  ["fetch 15: run() keeps validators and episodes, when a 200 is no feed", "<html><body>Please log in</body></html>"],
  [
    "fetch 16: run() keeps validators and episodes, when the body is cut short",
    rss({ items: [{ guid: "1" }, { guid: "2" }] }).slice(0, -40),
  ],
  ["fetch 68: run() keeps validators and episodes, when the body is empty", ""],
] as const) {
  test(name, async () => {
    const { podcastId, path } = await addFeed({ headers: { ETag: '"a"' }, body: rss() });
    const before = await episodesOf(podcastId);
    script[path] = { headers: { ETag: '"b"' }, body };

    const result = await update(podcastId);

    const crawl = await crawlOf(podcastId);
    assert.equal(result.kind, "failed");
    assert.deepEqual(await episodesOf(podcastId), before);
    assert.deepEqual([crawl.etag, crawl.numFailures, crawl.leaseExpiresAt], ['"a"', 1, null]);
    assert.match(crawl.lastError ?? "", /^Cannot read feed: /);
  });
}

test("fetch 17: run() waits as long as Retry-After says", async () => {
  const { podcastId, path } = await addFeed(rss());
  script[path] = { status: 429, headers: { "Retry-After": "7200" } };

  await update(podcastId);

  const { delayMs } = await crawlOf(podcastId);
  assert.ok(delayMs > 7_190_000 && delayMs < 7_810_000, String(delayMs));
});

test("fetch 14: run() asks conditionally, and not sooner than otherwise, when a reply says Expires: 0 and no-store", async () => {
  const headers = { ETag: '"a"', Expires: "0", "Cache-Control": "no-store" };
  const { podcastId, path } = await addFeed({ headers, body: rss() });
  script[path] = { status: 304, headers };

  await update(podcastId);

  assert.equal(origin.requests[1]?.headers["if-none-match"], '"a"');
  assert.ok((await crawlOf(podcastId)).delayMs > 3_590_000);
});

test("fetch 18: run() waits until the date of Retry-After, by the server's clock", async () => {
  const { podcastId, path } = await addFeed(rss());
  const headers = { Date: "Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After": "Sun, 06 Nov 1994 13:49:37 GMT" };
  script[path] = { status: 503, headers };

  await update(podcastId);

  const { delayMs, dueReason, lastStatus } = await crawlOf(podcastId);
  assert.ok(delayMs > 17_990_000 && delayMs < 18_700_000, String(delayMs));
  assert.deepEqual([dueReason, lastStatus], ["retry-after", 503]);
});

test("fetch 20: run() waits as long as a 503 says", async () => {
  const { podcastId, path } = await addFeed(rss());
  script[path] = { status: 503, headers: { "Retry-After": "36000" } };

  await update(podcastId);

  assert.ok((await crawlOf(podcastId)).delayMs > 35_900_000);
});

test("fetch 23: run() waits as long as max-age says, and as it said before, when a 304 does not say it", async () => {
  const headers = { ETag: '"a"', "Cache-Control": "max-age=172800" };
  const { podcastId, path } = await addFeed({ headers, body: dailyFeed() });
  const added = await crawlOf(podcastId);
  script[path] = { status: 304 };

  await update(podcastId);

  const crawl = await crawlOf(podcastId);
  assert.ok(added.delayMs > 172_700_000 && crawl.delayMs > 172_700_000, `${added.delayMs}, ${crawl.delayMs}`);
  assert.deepEqual([added.dueReason, crawl.dueReason, crawl.lastStatus], ["max-age", "max-age", 304]);
});

test("fetch 71: run() waits as long as the feed's ttl says, when the feed has not changed either", async () => {
  const { podcastId, path } = await addFeed({ headers: { ETag: '"a"' }, body: dailyFeed("<ttl>1440</ttl>") });
  script[path] = { status: 304 };

  await update(podcastId);

  const { delayMs, dueReason } = await crawlOf(podcastId);
  assert.ok(delayMs > 86_300_000, String(delayMs));
  assert.equal(dueReason, "ttl");
});

test("fetch 72: run() comes at the one hour that a feed does not ask to skip", async () => {
  const open = (new Date().getUTCHours() + 9) % 24;
  const hours = Array.from({ length: 24 }, (_, hour) => (hour === open ? "" : `<hour>${hour}</hour>`)).join("");
  const { podcastId } = await addFeed(dailyFeed(`<skipHours>${hours}</skipHours>`));

  const { dueAt } = await crawlOf(podcastId);

  assert.equal(dueAt.getUTCHours(), open);
});

test("run() keeps of redirects only their hosts, and of a private podcast's nothing", async () => {
  const { podcastId, path } = await addFeed(rss());
  script["/moved/token"] = rss({ title: "Moved" });
  script[path] = { status: 302, headers: { Location: "/moved/token?key=secret" } };
  await update(podcastId);
  const shown = await crawlOf(podcastId);
  await ctx.db.once.update(podcast).set({ isPrivate: true }).where(eq(podcast.id, podcastId));
  await update(podcastId);

  const hidden = await crawlOf(podcastId);

  assert.deepEqual(shown.lastRedirects, [{ status: 302, host: new URL(origin.url).host }]);
  assert.equal(hidden.lastRedirects, null);
});

test("run() learns a rhythm from the stored episodes, when no crawl has kept when they came", async () => {
  const { podcastId, path } = await addFeed({
    headers: { ETag: '"a"' },
    body: rss({ items: [{ guid: "1" }, { guid: "2" }] }),
  });
  await ctx.db.once.update(podcastCrawl).set({ arrivals: null }).where(eq(podcastCrawl.podcastId, podcastId));
  script[path] = { status: 304 };

  await update(podcastId);

  const published = Date.parse("2018-03-25T10:00:00Z") / 1_000;
  assert.deepEqual((await crawlOf(podcastId)).arrivals, [published]);
});

type Dated = (crawl: number) => (Date | undefined)[];
const WEEK_MS = 7 * 86_400_000;
const weeksAgo = (weeks: number) => new Date(Math.floor(Date.now() / 1_000) * 1_000 - weeks * WEEK_MS);
const UNCHANGING: [string, Dated][] = [
  ["one item is dated far ahead", () => [new Date("2037-01-01T00:00:00Z"), weeksAgo(1), weeksAgo(2)]],
  ["one item is dated at each request", () => [new Date(), weeksAgo(1), weeksAgo(2)]],
  ["all items are dated anew", (crawl) => [1, 2, 3].map((week) => new Date(weeksAgo(week).getTime() + crawl * 60_000))],
  ["one item has no date", () => [undefined, weeksAgo(1), weeksAgo(2)]],
];
for (const [name, datesOf] of UNCHANGING) {
  test(`run() takes no episode to have come that it knows, though the feed changes and ${name}`, async () => {
    const feedAt = (crawl: number) => {
      const items = datesOf(crawl).map((at, i) => {
        const date = at === undefined ? "" : `<pubDate>${at.toUTCString()}</pubDate>`;
        return `<item><guid>${i}</guid><title>${i}</title>${date}<enclosure url="https://e.com/${i}.mp3"/></item>`;
      });
      return `<rss version="2.0"><channel><title>A</title><description>${crawl}</description>${items.join("")}</channel></rss>`;
    };
    const { podcastId, path } = await addFeed(feedAt(0));
    const before = await crawlOf(podcastId);

    for (const crawl of [1, 2]) {
      script[path] = feedAt(crawl);
      assert.equal((await update(podcastId)).kind, "changed");
    }

    assert.ok(before.arrivals !== null && before.arrivals.length >= 2);
    assert.deepEqual((await crawlOf(podcastId)).arrivals, before.arrivals);
  });
}

test("run() takes a new episode to have come, whatever its date", async () => {
  const { podcastId, path } = await addFeed(dailyFeed());
  const before = await crawlOf(podcastId);
  const old = `<item><guid>old</guid><title>Old</title><pubDate>Fri, 02 Mar 1951 10:00:00 GMT</pubDate><enclosure url="https://media.example.com/old.mp3"/></item>`;
  script[path] = dailyFeed(old);

  await update(podcastId);

  const { arrivals } = await crawlOf(podcastId);
  assert.equal(arrivals?.length, (before.arrivals?.length ?? 0) + 1);
  assert.ok(Date.now() / 1_000 - (arrivals?.at(-1) ?? 0) < 600);
});

test("run() takes 203 for success", async () => {
  const { podcastId, path } = await addFeed({ status: 203, body: rss() });
  script[path] = { status: 203, body: rss({ title: "Changed" }) };

  assert.equal((await update(podcastId)).kind, "changed");
});

test("run() stores a feed whose headers have zero bytes", async () => {
  const type = "Content-Type: text/xml\x00; charset=\x00utf-8";
  const head = (etag: string) => `HTTP/1.1 200 OK\r\n${type}\r\nETag: "${etag}\x00"\r\nLast-Modified: \x00\r\n\r\n`;
  const { podcastId, path } = await addFeed({ raw: `${head("a")}${rss()}` });
  script[path] = { raw: `${head("b")}${rss({ title: "Changed" })}` };

  assert.equal((await update(podcastId)).kind, "changed");
});

test("fetch 26: run() keeps a podcast that is gone, and asks again in a month", async () => {
  const { podcastId, path } = await addFeed(rss());
  script[path] = { status: 410 };

  await update(podcastId);

  const { goneAt, delayMs } = await crawlOf(podcastId);
  assert.ok(goneAt);
  assert.ok(delayMs > 29 * 86_400_000);
  assert.equal((await episodesOf(podcastId)).length, 1);
});

test("fetch 27: run() revives a podcast that was gone once", async () => {
  const { podcastId, path } = await addFeed(rss());
  script[path] = { status: 410 };
  await update(podcastId);
  script[path] = rss({ title: "Back" });

  const result = await update(podcastId);

  const { goneAt, lastError, numFailures } = await crawlOf(podcastId);
  assert.equal(result.kind, "changed");
  assert.deepEqual({ goneAt, lastError, numFailures }, { goneAt: null, lastError: null, numFailures: 0 });
});

const DAY_MS = 86_400_000;
for (const [name, status, error] of [
  [
    "fetch 28: run() asks a feed that is not found once a day, however often, and never deletes it",
    ...[404, "That podcast doesn't seem to exist on the host's servers (404)."],
  ],
  [
    "fetch 29: run() asks a feed that wants a password once a day, and keeps validators and episodes",
    ...[401, "Error fetching podcast feed. Host responded with status: 401"],
  ],
  [
    "fetch 29: run() asks a feed that is forbidden once a day, and keeps validators and episodes",
    ...[403, "Error fetching podcast feed. Host responded with status: 403"],
  ],
] as const) {
  test(name, async () => {
    const { podcastId, path } = await addFeed({ headers: { ETag: '"a"' }, body: rss() });
    const before = await episodesOf(podcastId);
    script[path] = { status, headers: { ETag: '"b"' } };

    const delays: number[] = [];
    for (let i = 0; i < 15; i += 1) {
      await update(podcastId);
      delays.push((await crawlOf(podcastId)).delayMs / DAY_MS);
    }

    const { lastError, numFailures, etag } = await crawlOf(podcastId);
    assert.deepEqual([lastError, numFailures, etag], [error, 15, '"a"']);
    assert.ok(Math.min(...delays) > 0.99 && Math.max(...delays) < 1.15, delays.join(", "));
    assert.deepEqual(await episodesOf(podcastId), before);
  });
}

test("fetch 30: run() backs off from a host with errors for a day at most, and keeps validators and episodes", async () => {
  const { podcastId, path } = await addFeed({ headers: { ETag: '"a"' }, body: rss() });
  const before = await episodesOf(podcastId);
  script[path] = { status: 502, headers: { ETag: '"b"' } };

  const delays: number[] = [];
  for (let i = 0; i < 15; i += 1) {
    await update(podcastId);
    delays.push((await crawlOf(podcastId)).delayMs / DAY_MS);
  }

  const { numFailures, etag } = await crawlOf(podcastId);
  assert.deepEqual([numFailures, etag], [15, '"a"']);
  // Half an hour at most after the first failure. Later ones are random up to a day, and not all of them short.
  assert.ok((delays[0] ?? 1) < 1 / 40, delays.join(", "));
  assert.ok(Math.max(...delays) > 1 / 24 && Math.max(...delays) < 1.01, delays.join(", "));
  assert.ok(new Set(delays.slice(7).map((delay) => delay.toFixed(2))).size > 1, delays.join(", "));
  assert.deepEqual(await episodesOf(podcastId), before);
});

test("fetch 31: run() follows a redirect and leaves the URL as it is", async () => {
  const { podcastId, path } = await addFeed(rss());
  script["/moved"] = rss({ title: "Moved" });
  script[path] = { status: 301, headers: { Location: "/moved" } };

  await update(podcastId);

  const claim = await claimPodcast(ctx.db, { podcastId });
  const [stored] = await ctx.db.once.select().from(podcast).where(eq(podcast.id, podcastId));
  assert.equal(stored?.title, "Moved");
  assert.equal(claim?.feedUrl, `${origin.url}${path}`);
});

test("run() records a failure in the original's words, and the next success forgets it", async () => {
  const { podcastId, path } = await addFeed(rss());
  script[path] = { status: 500 };
  await update(podcastId);
  const failed = await crawlOf(podcastId);
  script[path] = rss();

  const result = await update(podcastId);

  const { lastError, numFailures } = await crawlOf(podcastId);
  assert.deepEqual(
    [failed.lastError, failed.numFailures],
    ["Error fetching podcast feed. Host responded with status: 500", 1],
  );
  assert.equal(result.kind, "unchanged");
  assert.deepEqual([lastError, numFailures], [null, 0]);
});

test("run() stores nothing, when its lease was taken over while it fetched", async () => {
  const { podcastId, path } = await addFeed(rss());
  const before = await episodesOf(podcastId);
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  script[path] = (_, response) => {
    // Another crawler claims it, after the lease has run out.
    void ctx.db.once
      .execute(sql`update podcast_crawl set lease_expires_at = podcore_now() where podcast_id = ${podcastId}`)
      .then(() => claimPodcast(ctx.db, { podcastId }))
      .then(() => response.end(rss({ items: [{ guid: "1" }, { guid: "late" }] })));
  };

  const result = await podcastUpdater.run(ctx, { claim });

  const crawl = await crawlOf(podcastId);
  assert.deepEqual(result, { kind: "abandoned" });
  assert.deepEqual(await episodesOf(podcastId), before);
  assert.equal(crawl.leaseToken, claim.leaseToken + 1);
  assert.ok(crawl.leaseExpiresAt, "the new holder's lease is still held");
});

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

test("run() stores nothing, when a feed redirects to a podcast that was taken down", async () => {
  const blocked = await addFeed(rss({ items: [{ guid: "blocked" }] }));
  const { podcastId, path } = await addFeed(rss({ items: [{ guid: "a" }] }));
  await ctx.db.once.execute(
    sql`update podcast set taken_down_at = now(), taken_down_reason = 'a complaint' where id = ${blocked.podcastId}`,
  );
  script[path] = { status: 302, headers: { location: `${origin.url}${blocked.path}` } };

  const result = await update(podcastId);

  const guids = (await episodesOf(podcastId)).map(({ row }) => row.guid);
  assert.deepEqual(result, {
    kind: "failed",
    error: "The feed redirects to a podcast that the operator has taken down",
  });
  assert.deepEqual(guids, ["a"]);
});

test("run() gives the lease back, when the time for the call is up", async () => {
  const { podcastId, path } = await addFeed(rss());
  const claim = await claimPodcast(ctx.db, { podcastId });
  assert.ok(claim);
  const { signal, abort } = abortable();
  // As in a real call, whose database ends with it.
  const pool = openPool({ url: databaseUrl, max: 1, applicationName: "call" });
  script[path] = abort;

  const result = await podcastUpdater.run(ctx.with({ fetch, db: pool.databaseFor({ signal }), signal }), { claim });
  await pool.close();

  const crawl = await crawlOf(podcastId);
  assert.deepEqual(result, { kind: "abandoned" });
  assert.deepEqual([crawl.leaseExpiresAt, crawl.numFailures], [null, 0]);
});

test("run() tells no URL of a feed that was marked private, when it cannot be fetched", async () => {
  const { podcastId, path } = await addFeed(rss());
  await ctx.db.once.update(podcast).set({ isPrivate: true }).where(eq(podcast.id, podcastId));
  script[path] = { raw: (socket) => socket.destroy() };
  lines.splice(0);

  const result = await update(podcastId);

  const { lastError } = await crawlOf(podcastId);
  assert.equal(lastError, `Cannot fetch "${origin.url}/***": Broken reply: socket hang up`);
  assert.deepEqual(result, { kind: "failed", error: lastError });
  assert.match(lines.join(""), /Podcast not updated/);
  assert.equal(lines.filter((line) => line.includes(path)).join(), "");
});
