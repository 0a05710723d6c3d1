import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { sql } from "drizzle-orm";
import { mergePodcasts } from "../../shared/crawl/identity/podcast-merger.ts";
import { crawlHost, podcast, podcastMerge, podcastQuarantine } from "../../shared/db/schema.ts";
import * as crawlReport from "../../shared/operator/crawl-report.ts";
import * as podcastBlocker from "../../shared/podcasts/podcast-blocker.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertPodcast } from "../support/rows.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;
const GUID = "9b024349-ccf0-5f69-a609-6b82873eab3c";

beforeEach(async () => {
  await db.once.delete(podcastMerge);
  await db.once.delete(podcast);
  await db.once.delete(crawlHost);
});

const setCrawl = (podcastId: number, columns: string) =>
  db.once.execute(sql`update podcast_crawl set ${sql.raw(columns)} where podcast_id = ${podcastId}::bigint`);
const reportOf = (podcastId: number) => crawlReport.run(ctx, { which: { podcastId } });

test("run() tells the last reply, its validators, the next visit and why, and all URLs of a podcast", async () => {
  const podcastId = await insertPodcast(db, { title: "A show" });
  await setCrawl(
    podcastId,
    `last_status = 304, last_redirects = '[{"status":301,"host":"cdn.example.com"}]', etag = '"v1"', last_modified = 'Mon',
      due_at = podcore_now() + interval '3 hours', due_reason = 'ttl', last_attempted_at = podcore_now()`,
  );
  await db.once.execute(sql`
    insert into podcast_feed_location (podcast_id, feed_url, is_current)
    values (${podcastId}::bigint, 'http://old.example.com/feed?token=hunter2', false)`);

  const report = await reportOf(podcastId);
  const byUrl = await crawlReport.run(ctx, { which: { url: `https://feeds.example.com/${podcastId}` } });

  assert.deepEqual(byUrl, report);
  const { lastStatus, redirects, etag, lastModified, lastError, nextVisit, feedUrls } = report;
  assert.deepEqual([lastStatus, etag, lastModified, lastError], [304, '"v1"', "Mon", undefined]);
  assert.deepEqual(redirects, [{ status: 301, host: "cdn.example.com" }]);
  assert.ok(Math.abs((nextVisit.at?.getTime() ?? 0) - Date.now() - 3 * 3_600_000) < 600_000);
  assert.deepEqual([nextVisit.isDue, nextVisit.reason], [false, "ttl"]);
  assert.match(nextVisit.why, /The feed asks for that distance \(ttl\)/);
  assert.deepEqual(
    feedUrls.map(({ url, isCurrent }) => [url, isCurrent]),
    [
      [`https://feeds.example.com/${podcastId}`, true],
      ["http://old.example.com/feed?token=***", false],
    ],
  );
});

test("run() tells why a podcast is not visited: it was taken down, merged, has no URL, or its host pauses", async () => {
  const [blocked, merged, lost, paused] = [
    await insertPodcast(db),
    await insertPodcast(db),
    await insertPodcast(db),
    await insertPodcast(db),
  ];
  await podcastBlocker.block(ctx, { which: { podcastId: blocked }, reason: "A copy" });
  await mergePodcasts(ctx, { winnerId: paused, loserId: merged, isDecided: true });
  await db.once.execute(sql`delete from podcast_feed_location where podcast_id = ${lost}::bigint`);
  await setCrawl(lost, "due_at = 'infinity'");
  await db.once.execute(sql`
    update crawl_host set paused_until = podcore_now() + interval '1 hour', slowness = 120 where host = 'feeds.example.com'`);

  const reports = await Promise.all([blocked, merged, lost, paused].map(reportOf));

  const whys = [/taken down/, /merged into another/, /lost its feed's URL/, /asked podcore to wait/];
  for (const [i, why] of whys.entries()) assert.match(reports[i]?.nextVisit.why ?? "", why);
  const [first, second, , last] = reports;
  assert.deepEqual([first?.takenDown?.reason, first?.nextVisit.at], ["A copy", undefined]);
  assert.equal(second?.mergedInto?.podcastId, paused);
  assert.deepEqual(
    last?.merged.map(({ podcastId }) => podcastId),
    [merged],
  );
  assert.deepEqual([last?.host?.name, last?.host?.slowness], ["feeds.example.com", 120]);
});

test("run() tells what waits for a decision, and which public podcasts have the same GUID", async () => {
  const [one, other, hidden] = [
    await insertPodcast(db, { podcastGuid: GUID }),
    await insertPodcast(db, { podcastGuid: GUID, title: "Copy" }),
    await insertPodcast(db, { podcastGuid: GUID, isPrivate: true }),
  ];
  const foundUrl = "https://user:hunter2@show.example.com/feed";
  const found = { feedUrl: foundUrl, foundUrl, title: "Another", numItems: 7 };
  await db.once.insert(podcastQuarantine).values([
    { ...found, podcastId: one },
    { ...found, podcastId: one, title: "Decided", decision: "same", decidedAt: new Date() },
  ]);
  await db.once.execute(sql`
    insert into podcast_feed_location (podcast_id, feed_url, is_current) values (${other}::bigint, ${foundUrl}, false)`);

  const [report, hiddenReport] = [await reportOf(one), await reportOf(hidden)];

  assert.deepEqual([report.quarantine?.title, report.quarantine?.numItems], ["Another", 7]);
  assert.equal(report.quarantine?.foundUrl, "https://show.example.com/feed");
  assert.deepEqual(
    report.decisions.map(({ title, decision, feedUrl, leadsToId }) => [title, decision, feedUrl, leadsToId]),
    [["Decided", "same", "https://show.example.com/feed", other]],
  );
  assert.deepEqual(report.sameGuid, [{ podcastId: other, title: "Copy" }]);
  assert.deepEqual(hiddenReport.sameGuid, []);
});

test("run() shows nothing of a private feed's URLs but the host", async () => {
  const podcastId = await insertPodcast(db, { isPrivate: true });
  const url = "https://private.example.com/hunter2";
  await db.once.execute(
    sql`update podcast_feed_location set feed_url = ${url} where podcast_id = ${podcastId}::bigint`,
  );
  await setCrawl(
    podcastId,
    `last_error = 'Cannot fetch "${url}"', last_error_at = podcore_now(), moved_to_url = '${url}', moved_since = podcore_now()`,
  );
  await db.once
    .insert(podcastQuarantine)
    .values({ podcastId, feedUrl: url, foundUrl: url, title: "Another", numItems: 1 });

  const report = await reportOf(podcastId);

  assert.doesNotMatch(JSON.stringify(report), /hunter2/);
  assert.equal(report.feedUrls[0]?.url, "https://private.example.com/***");
});

test("run() answers 404 for a podcast that is not stored", async () => {
  await assert.rejects(reportOf(4_000_000), { status: 404 });
  await assert.rejects(crawlReport.run(ctx, { which: { url: "https://nobody.example.com/feed" } }), { status: 404 });
});
