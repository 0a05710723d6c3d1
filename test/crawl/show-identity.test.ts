import assert from "node:assert/strict";
import test, { after } from "node:test";
import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { claimDuePodcasts } from "../../shared/crawl/claim-due-podcasts.ts";
import { claimPodcast } from "../../shared/crawl/claim-podcast.ts";
import * as podcastUnmerger from "../../shared/crawl/identity/podcast-unmerger.ts";
import * as podcastUpdater from "../../shared/crawl/podcast-updater.ts";
import { episode, podcast, podcastCrawl, podcastFeedLocation, podcastQuarantine } from "../../shared/db/schema.ts";
import * as quarantineResolver from "../../shared/podcasts/identity/quarantine-resolver.ts";
import { giveAddress } from "../../shared/podcasts/identity/show-joiner.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import * as podcastBlocker from "../../shared/podcasts/podcast-blocker.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { fetch } from "../support/loopback.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { passHostSlots } from "../support/rows.ts";

const lines: string[] = [];
const ctx = createContext({ databaseUrl: await createDatabase(), fetch, writeLog: (line) => lines.push(line) });
const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
let numFeeds = 0;

const redirect = (status: number, location: string): Reply => ({ status, headers: { Location: location } });
const guidOf = (guid: string) =>
  `<podcast:guid xmlns:podcast="https://podcastindex.org/namespace/1.0">${guid}</podcast:guid>`;
const [GUID, OTHER_GUID] = ["9b024349-ccf0-5f69-a609-6b82873eab3c", "917393e3-1b1e-5cef-ace4-edaa54e1f810"];
const newFeed = (path: string) => `<itunes:new-feed-url>${origin.url}${path}</itunes:new-feed-url>`;
const HOLLOW = '<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>';
const OTHER_SHOW = rss({ title: "Taken Over", items: [{ guid: "taken-over-1" }], extra: guidOf(OTHER_GUID) });

/** Adds a feed whose episodes no other has. */
async function addFeed({ extra = "", isPrivate = false } = {}) {
  const path = `/feed-${numFeeds++}`;
  const body = rss({ items: [{ guid: `first-of${path}` }, { guid: `second-of${path}` }], extra });
  script[path] = body;
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}${path}`, ...(isPrivate && { isPrivate }) });
  return { podcastId, path, body };
}

async function crawl(podcastId: number, { times = 1 } = {}): Promise<podcastUpdater.UpdateResult> {
  let result: podcastUpdater.UpdateResult | undefined;
  for (let i = 0; i < times; i++) {
    await passHostSlots(ctx.db);
    const claim = await claimPodcast(ctx.db, { podcastId });
    assert.ok(claim);
    result = await podcastUpdater.run(ctx, { claim });
  }
  assert.ok(result);
  return result;
}

async function letPass(podcastId: number, { days }: { days: number }): Promise<void> {
  await ctx.db.once.execute(sql`
    update podcast_crawl set moved_since = moved_since - make_interval(days => ${days}::int) where podcast_id = ${podcastId}`);
}

async function crawlOf(podcastId: number) {
  const [row] = await ctx.db.once.select().from(podcastCrawl).where(eq(podcastCrawl.podcastId, podcastId));
  assert.ok(row);
  return row;
}

async function currentUrl(podcastId: number): Promise<string | undefined> {
  const rows = await ctx.db.once
    .select()
    .from(podcastFeedLocation)
    .where(and(eq(podcastFeedLocation.podcastId, podcastId), eq(podcastFeedLocation.isCurrent, true)));
  return rows[0]?.feedUrl.slice(origin.url.length);
}

async function storedOf(podcastId: number) {
  const [show] = await ctx.db.once.select().from(podcast).where(eq(podcast.id, podcastId));
  const episodes = await ctx.db.once
    .select()
    .from(episode)
    .where(eq(episode.podcastId, podcastId))
    .orderBy(asc(episode.guid));
  return { show, episodes };
}

const openQuarantine = (podcastId: number) =>
  ctx.db.once
    .select()
    .from(podcastQuarantine)
    .where(and(eq(podcastQuarantine.podcastId, podcastId), isNull(podcastQuarantine.decision)));

for (const [what, hollow] of Object.entries({
  "an empty channel": HOLLOW,
  "a channel with a title and no items": rss({ title: "Another Title", items: [] }),
  "items that cannot be played": HOLLOW.replace("</channel>", "<item><title>Post</title></item></channel>"),
})) {
  test(`fetch 69: a feed that suddenly is ${what} keeps the show and its episodes, and flags the crawl`, async () => {
    const { podcastId, path, body } = await addFeed();
    const before = await storedOf(podcastId);
    script[path] = { headers: { ETag: '"hollow"' }, body: hollow };

    const result = await crawl(podcastId);
    const flagged = await crawlOf(podcastId);
    script[path] = { headers: { ETag: '"full"' }, body };
    await crawl(podcastId);

    assert.deepEqual(result, { kind: "left", verdict: "hollow" });
    assert.deepEqual(await storedOf(podcastId), before);
    assert.ok(flagged.hollowSince instanceof Date && flagged.lastError === null);
    // The hollow feed's validators would let a host answer 304 for it.
    assert.equal(origin.requests.at(-1)?.headers["if-none-match"], undefined);
    assert.deepEqual([(await crawlOf(podcastId)).hollowSince, (await crawlOf(podcastId)).etag], [null, '"full"']);
  });
}

test("fetch 69: a feed that lost its title flags the crawl until it has one again", async () => {
  const { podcastId, path, body } = await addFeed();
  const isFlagged = async () => (await crawlOf(podcastId)).hollowSince !== null;
  const untitled = `<rss version="2.0"><channel>${body.slice(body.indexOf("<item>"))}`;
  script[path] = untitled;

  await crawl(podcastId);
  const first = await crawlOf(podcastId);
  // The same bytes, and then a hollow feed between.
  await crawl(podcastId);
  const second = await crawlOf(podcastId);
  script[path] = HOLLOW;
  await crawl(podcastId);
  script[path] = untitled;
  await crawl(podcastId);
  const third = await crawlOf(podcastId);
  script[path] = body;
  await crawl(podcastId);

  assert.ok(first.hollowSince instanceof Date);
  assert.deepEqual([second.hollowSince, third.hollowSince], [first.hollowSince, first.hollowSince]);
  assert.equal(await isFlagged(), false);
});

test("a feed that lost its title keeps title, text, picture and author, and gets its new episodes", async () => {
  const { podcastId, path, body } = await addFeed({
    extra: "<itunes:author>Ada</itunes:author><itunes:image href='https://show.example.com/a.jpg'/>",
  });
  const before = await storedOf(podcastId);
  const items = body.slice(body.indexOf("<item>"));
  const added = `<item><guid>third-of${path}</guid><title>Third</title><enclosure url="https://media.example.com/3.mp3"/></item>`;
  script[path] = `<rss version="2.0"><channel>${added}${items}`;

  await crawl(podcastId);

  const { show, episodes } = await storedOf(podcastId);
  assert.deepEqual(
    [show?.title, show?.description, show?.imageUrl, show?.author],
    [before.show?.title, before.show?.description, before.show?.imageUrl, before.show?.author],
  );
  assert.equal(episodes.length, 3);
});

test("a feed that lost its title keeps all that its channel does not say, itunes:block above all", async () => {
  const { podcastId, path, body } = await addFeed({
    extra: `<language>fi</language><copyright>Ada</copyright><itunes:block>yes</itunes:block><itunes:complete>yes</itunes:complete>
<itunes:category text="Arts"/><itunes:explicit>false</itunes:explicit>${newFeed("/never-there")}
<podcast:locked xmlns:podcast="https://podcastindex.org/namespace/1.0">yes</podcast:locked>
<podcast:funding xmlns:podcast="https://podcastindex.org/namespace/1.0" url="https://example.com/give">Give</podcast:funding>`,
  });
  const { show: before } = await storedOf(podcastId);
  script[path] = `<rss version="2.0"><channel><description>New</description>${body.slice(body.indexOf("<item>"))}`;

  await crawl(podcastId);

  const { show } = await storedOf(podcastId);
  assert.ok(before?.isBlocked && before.isComplete && before.isLocked && before.namespace.funding.length === 1);
  assert.deepEqual({ ...show, updatedAt: 0 }, { ...before, description: "New", updatedAt: 0 });
});

test("a podcast whose feed becomes a show that was taken down keeps what it has, and gets nothing of that show", async () => {
  const blocked = await addFeed();
  await ctx.db.once.execute(sql`
    update podcast set taken_down_at = podcore_now(), taken_down_reason = 'spam' where id = ${blocked.podcastId}`);
  const mule = rss({ title: "Mule", items: [{ guid: "placeholder-of-the-mule" }] });
  script["/mule"] = mule;
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}/mule` });
  const before = await storedOf(podcastId);
  const items = blocked.body.slice(blocked.body.indexOf("<item>"));
  script["/mule"] = mule.slice(0, mule.indexOf("</channel>")) + items;

  const result = await crawl(podcastId);

  assert.deepEqual(result, {
    kind: "failed",
    error: "The feed is now a podcast that the operator has taken down",
  });
  assert.deepEqual(await storedOf(podcastId), before);
});

test("a podcast whose feed becomes a show that was taken down one episode at a time keeps fewer than half of them", async () => {
  const item = (show: string, i: number) =>
    `<item><guid>${show}-episode-${i}</guid><title>${show} ${i}</title><pubDate>${new Date(Date.UTC(2020, 0, i)).toUTCString()}</pubDate><enclosure url="https://media.example.com/${show}-${i}.mp3"/></item>`;
  const feed = (title: string, items: string[]) =>
    `<rss version="2.0"><channel><title>${title}</title>${items.join("")}</channel></rss>`;
  const blockedItems = Array.from({ length: 20 }, (_, i) => item("blocked", 20 + i));
  const ownItems = Array.from({ length: 10 }, (_, i) => item("own", i + 1));
  script["/slowly-blocked"] = feed("Blocked", blockedItems);
  const blocked = await podcastAdder.run(ctx, { url: `${origin.url}/slowly-blocked` });
  await podcastBlocker.block(ctx, { which: { podcastId: blocked.podcastId }, reason: "spam" });
  script["/slow-mule"] = feed("Mule", ownItems);
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}/slow-mule` });

  const kinds: string[] = [];
  for (let num = 1; num <= 6; num += 1) {
    script["/slow-mule"] = feed("Mule", [...ownItems, ...blockedItems.slice(0, num)]);
    kinds.push((await crawl(podcastId)).kind);
  }

  const { episodes } = await storedOf(podcastId);
  assert.deepEqual(kinds, ["changed", "changed", "changed", "changed", "failed", "failed"]);
  assert.equal(episodes.filter(({ guid }) => guid.startsWith("blocked")).length, 4);
});

test("a podcast whose feed takes the GUID of a show that was taken down is not stored", async () => {
  const guid = guidOf("33333333-0000-5000-8000-000000000001");
  const blocked = await addFeed({ extra: guid });
  await ctx.db.once.execute(sql`
    update podcast set taken_down_at = podcore_now(), taken_down_reason = 'spam' where id = ${blocked.podcastId}`);
  const { podcastId, path, body } = await addFeed();
  script[path] = body.replace("<item>", `${guid}<item>`);

  const { kind } = await crawl(podcastId);

  assert.equal(kind, "failed");
});

test("the takedown of a copy does not end the crawls of the original", async () => {
  const original = await addFeed();
  const copy = await addFeed();
  script[copy.path] = original.body;
  await crawl(copy.podcastId);
  await ctx.db.once.execute(sql`
    update podcast set taken_down_at = podcore_now(), taken_down_reason = 'spam' where id = ${copy.podcastId}`);
  const added =
    '<item><guid>another-one</guid><title>N</title><enclosure url="https://media.example.com/n.mp3"/></item>';
  script[original.path] = original.body.replace(
    "<item>",
    `${guidOf("44444444-0000-5000-8000-000000000001")}${added}<item>`,
  );

  const { kind } = await crawl(original.podcastId);

  assert.equal(kind, "changed");
});

test("a podcast that is taken down while its new URL is read does not move, and stays undue", async () => {
  const { podcastId, path, body } = await addFeed({
    extra: `${guidOf("55555555-0000-5000-8000-000000000001")}${newFeed("/read-slowly")}`,
  });
  script["/read-slowly"] = (_request, response) =>
    void podcastBlocker.block(ctx, { which: { podcastId }, reason: "spam" }).then(() => response.end(body));
  script[path] = { status: 410 };

  await crawl(podcastId);

  const rows = await ctx.db.once.execute(sql`
    select due_at = 'infinity' as is_idle from podcast_crawl where podcast_id = ${podcastId}`);
  assert.deepEqual([await currentUrl(podcastId), ...rows], [path, { is_idle: true }]);
});

test("a copy's URL that leads to a podcast without an address does not become its address when somebody adds it", async () => {
  const { podcastId, path, body } = await addFeed({ extra: guidOf("66666666-0000-5000-8000-000000000001") });
  script["/copy"] = body;
  await podcastAdder.run(ctx, { url: `${origin.url}/copy` });
  script[path] = rss({ title: "Squatter", items: [{ guid: "squatter-1" }] });
  await crawl(podcastId);
  await quarantineResolver.run(ctx, { podcastId, decision: "other" });
  const before = await storedOf(podcastId);
  // The copy keeps nothing of the show but its GUID.
  script["/copy"] = rss({
    title: "Pills",
    items: [{ guid: "pills-1" }],
    extra: guidOf("66666666-0000-5000-8000-000000000001"),
  });

  const added = await podcastAdder.run(ctx, { url: `${origin.url}/copy` });

  assert.equal(added.podcastId, podcastId);
  assert.deepEqual([await storedOf(podcastId), await currentUrl(podcastId)], [before, undefined]);
});

test("giveAddress() makes a podcast that had none due", async () => {
  const { podcastId, path } = await addFeed();
  await ctx.db.once.execute(sql`update podcast_feed_location set is_current = false where podcast_id = ${podcastId}`);
  await ctx.db.once.execute(sql`update podcast_crawl set due_at = 'infinity' where podcast_id = ${podcastId}`);

  const isGiven = await giveAddress(ctx.db, { podcastId, feedUrl: `${origin.url}${path}` });

  const rows = await ctx.db.once.execute(sql`
    select due_at <= podcore_now() as is_due from podcast_crawl where podcast_id = ${podcastId}`);
  assert.deepEqual([isGiven, ...rows], [true, { is_due: true }]);
});

test("a podcast that moves forgets the other show at its old address", async () => {
  const { podcastId, path, body } = await addFeed({ extra: `${guidOf(GUID)}${newFeed("/moved-away")}` });
  script[path] = OTHER_SHOW;
  await crawl(podcastId);
  const before = await openQuarantine(podcastId);
  script[path] = { status: 410 };
  script["/moved-away"] = body;

  await crawl(podcastId);

  assert.deepEqual([before.length, await currentUrl(podcastId)], [1, "/moved-away"]);
  assert.deepEqual(await openQuarantine(podcastId), []);
});

test("fetch 70: another show at the address is quarantined: nothing of it is stored, and the operator's log tells once", async () => {
  const { podcastId, path, body } = await addFeed({ extra: guidOf(GUID) });
  const before = await storedOf(podcastId);
  lines.splice(0);
  script[path] = OTHER_SHOW;

  const result = await crawl(podcastId);
  await crawl(podcastId);

  const [found] = await openQuarantine(podcastId);
  assert.deepEqual(result, { kind: "left", verdict: "other" });
  assert.deepEqual(await storedOf(podcastId), before);
  assert.deepEqual(
    [found?.title, found?.podcastGuid, found?.numItems, found?.feedUrl],
    ["Taken Over", OTHER_GUID, 1, `${origin.url}${path}`],
  );
  assert.ok(found && found.since < found.lastSeenAt);
  assert.equal(lines.filter((line) => line.includes("Another show is at the feed's address")).length, 1);

  script[path] = body;
  await crawl(podcastId);
  assert.deepEqual(await openQuarantine(podcastId), []);
});

test("fetch 70: a third show replaces what is known of the second", async () => {
  const { podcastId, path } = await addFeed();
  script[path] = OTHER_SHOW;
  await crawl(podcastId);
  script[path] = rss({ title: "Third Show", items: [{ guid: "third-show" }] });

  await crawl(podcastId);

  const rows = await openQuarantine(podcastId);
  assert.deepEqual(
    rows.map(({ title, since, lastSeenAt }) => [title, since.getTime() === lastSeenAt.getTime()]),
    [["Third Show", true]],
  );
});

test("a rebrand is stored like any change", async () => {
  const { podcastId, path, body } = await addFeed();
  script[path] = body.replace("<title>A Show</title>", "<title>Rebranded</title>");

  const { kind } = await crawl(podcastId);

  assert.equal(kind, "changed");
  assert.equal((await storedOf(podcastId)).show?.title, "Rebranded");
});

test("fetch 70: a host that answers 304 to the old show's validators does not hide the other show", async () => {
  const path = `/feed-${numFeeds++}`;
  const headers = { "Last-Modified": "Fri, 27 Nov 2026 10:00:00 GMT" };
  script[path] = { headers, body: rss({ items: [{ guid: `first-of${path}` }] }) };
  const { podcastId } = await podcastAdder.run(ctx, { url: `${origin.url}${path}` });
  script[path] = OTHER_SHOW;
  await crawl(podcastId);
  script[path] = (request, response) => {
    response.statusCode = request.headers["if-modified-since"] === undefined ? 200 : 304;
    response.end(response.statusCode === 200 ? OTHER_SHOW : undefined);
  };

  const result = await crawl(podcastId);

  assert.deepEqual(result, { kind: "left", verdict: "other" });
  assert.equal((await openQuarantine(podcastId)).length, 1);
});

test("a quarantined private feed is logged without its path, and without titles", async () => {
  const { podcastId, path } = await addFeed({ isPrivate: true });
  lines.splice(0);
  script[path] = OTHER_SHOW;

  await crawl(podcastId);

  const log = lines.join("");
  assert.match(log, /Another show is at the feed's address/);
  assert.doesNotMatch(log, new RegExp(`${path}|Taken Over`));
});

test("fetch 31: one redirect with 301 is followed, and the URL stays", async () => {
  const { podcastId, path, body } = await addFeed();
  script[`${path}-new`] = body.replace("A Show", "A New Show");
  script[path] = redirect(301, `${path}-new`);

  await crawl(podcastId);

  assert.equal((await storedOf(podcastId)).show?.title, "A New Show");
  assert.equal(await currentUrl(podcastId), path);
});

for (const status of [301, 302, 308]) {
  test(`fetch 32, fetch 70: a ${status} that leads to another show is quarantined and never moves the feed`, async () => {
    const { podcastId, path, body } = await addFeed();
    const before = await storedOf(podcastId);
    script[`${path}-new`] = body;
    script[path] = redirect(status, `${path}-new`);
    await crawl(podcastId, { times: 4 });
    await letPass(podcastId, { days: 30 });
    script[`${path}-new`] = OTHER_SHOW;

    await crawl(podcastId, { times: 3 });
    await letPass(podcastId, { days: 30 });
    await crawl(podcastId, { times: 3 });

    const [found] = await openQuarantine(podcastId);
    assert.deepEqual([found?.feedUrl, found?.foundUrl], [`${origin.url}${path}`, `${origin.url}${path}-new`]);
    assert.equal(await currentUrl(podcastId), path);
    assert.deepEqual(await storedOf(podcastId), before);
  });
}

for (const status of [302, 303, 307]) {
  test(`fetch 33, fetch 34: a ${status}, alone or behind a 301, never becomes the URL`, async () => {
    const alone = await addFeed();
    const mixed = await addFeed();
    script[`${alone.path}-new`] = alone.body;
    script[alone.path] = redirect(status, `${alone.path}-new`);
    script[`${mixed.path}-new`] = mixed.body;
    script[`${mixed.path}-hop`] = redirect(status, `${mixed.path}-new`);
    script[mixed.path] = redirect(301, `${mixed.path}-hop`);
    for (const { podcastId } of [alone, mixed]) {
      await crawl(podcastId, { times: 4 });
      await letPass(podcastId, { days: 30 });
      await crawl(podcastId, { times: 2 });
    }

    assert.equal(await currentUrl(alone.podcastId), alone.path);
    assert.equal(await currentUrl(mixed.podcastId), mixed.path);
  });
}

test("fetch 35: a 301 to a page is a failure, and the URL stays", async () => {
  const { podcastId, path } = await addFeed();
  script["/portal"] = { headers: { "Content-Type": "text/html" }, body: "<html><body>Log in</body></html>" };
  script[path] = redirect(301, "/portal");

  const { kind } = await crawl(podcastId);

  assert.equal(kind, "failed");
  assert.equal(await currentUrl(podcastId), path);
});

test("fetch 36: a feed that moves for good to where another podcast is becomes one with it", async () => {
  const { podcastId, path, body } = await addFeed();
  script[`${path}-new`] = body;
  const other = await podcastAdder.run(ctx, { url: `${origin.url}${path}-new` });
  script[path] = redirect(301, `${path}-new`);
  await crawl(podcastId, { times: 4 });
  await letPass(podcastId, { days: 30 });

  await crawl(podcastId);

  const known = await podcastAdder.run(ctx, { url: `${origin.url}${path}` });
  assert.equal(known.podcastId, other.podcastId);
  assert.equal(await currentUrl(other.podcastId), `${path}-new`);
  assert.ok((await storedOf(podcastId)).show?.mergedAt);
  assert.equal(await claimPodcast(ctx.db, { podcastId }), undefined);
});

test("fetch 36: a public feed that moves to where a private podcast is stays apart from it", async () => {
  const { podcastId, path, body } = await addFeed();
  script[`${path}-new`] = body;
  await podcastAdder.run(ctx, { url: `${origin.url}${path}-new`, isPrivate: true });
  script[path] = redirect(301, `${path}-new`);
  await crawl(podcastId, { times: 4 });
  await letPass(podcastId, { days: 30 });

  await crawl(podcastId);

  assert.equal((await storedOf(podcastId)).show?.mergedAt, null);
  assert.equal(await currentUrl(podcastId), path);
});

for (const { what, extra, path: added } of [
  { what: "the same GUID", extra: guidOf(GUID), path: "/case-15-guid" },
  { what: "the same episodes, without a GUID", extra: "", path: "/case-15-episodes" },
]) {
  test(`fetch 37: itunes:new-feed-url is followed after a week, when there is ${what}`, async () => {
    const { podcastId, path, body } = await addFeed({ extra: `${extra}${newFeed(added)}` });
    script[added] = body.replace(
      "<item>",
      "<item><guid>the-newest</guid><title>N</title><enclosure url='https://media.example.com/n.mp3'/></item><item>",
    );
    await crawl(podcastId, { times: 4 });
    await letPass(podcastId, { days: 7 });
    const before = await currentUrl(podcastId);

    await crawl(podcastId);
    await passHostSlots(ctx.db);
    const [claim] = await claimDuePodcasts(ctx.db, { limit: 1_000 });
    const known = await podcastAdder.run(ctx, { url: `${origin.url}${path}` });

    assert.deepEqual([before, await currentUrl(podcastId)], [path, added]);
    assert.ok(claim, "it is due at once");
    assert.equal(known.podcastId, podcastId);
  });
}

test("fetch 37: itunes:new-feed-url is not followed to another GUID, and observed anew", async () => {
  const { podcastId, path, body } = await addFeed({ extra: `${guidOf(GUID)}${newFeed("/copycat")}` });
  script["/copycat"] = body.replace(GUID, OTHER_GUID);
  await crawl(podcastId, { times: 4 });
  await letPass(podcastId, { days: 7 });

  await crawl(podcastId);

  assert.equal(await currentUrl(podcastId), path);
  assert.equal((await crawlOf(podcastId)).movedToUrl, null);
});

for (const { status, times } of [
  { status: 410, times: 1 },
  { status: 404, times: 3 },
]) {
  test(`fetch 37: itunes:new-feed-url is followed at once, when the old address is ${status} (${times} times)`, async () => {
    const target = `/after-${status}`;
    const { podcastId, path, body } = await addFeed({ extra: `${guidOf(GUID)}${newFeed(target)}` });
    script[target] = body.replace("A Show", "Moved Show");
    script[path] = { status };
    if (times > 1) {
      await crawl(podcastId, { times: times - 1 });
      assert.equal(await currentUrl(podcastId), path);
    }

    await crawl(podcastId);
    const moved = await currentUrl(podcastId);
    await crawl(podcastId);

    assert.equal(moved, target);
    assert.equal((await storedOf(podcastId)).show?.title, "Moved Show");
  });
}

test("fetch 39: a way from https to http is not told by the feed either", async () => {
  const { podcastId, path } = await addFeed({ extra: `${guidOf(GUID)}${newFeed("/plain")}` });
  await ctx.db.once.execute(sql`
    update podcast_feed_location set feed_url = 'https' || substr(feed_url, 5) where podcast_id = ${podcastId}`);

  // Nobody speaks TLS there: a failure, as the tenth in a row.
  await ctx.db.once.execute(sql`update podcast_crawl set num_failures = 9 where podcast_id = ${podcastId}`);
  script["/plain"] = script[path] ?? "";
  await crawl(podcastId);

  const [row] = await ctx.db.once
    .select()
    .from(podcastFeedLocation)
    .where(eq(podcastFeedLocation.podcastId, podcastId));
  assert.match(row?.feedUrl ?? "", /^https:/);
  assert.equal(origin.requests.filter((request) => request.path === "/plain").length, 0);
});

test("podcasts with one GUID and one set of episodes are merged by a crawl, and those with a claimed GUID are not", async () => {
  const first = await addFeed({ extra: guidOf("00000000-0000-5000-8000-000000000001") });
  const copy = await addFeed({ extra: guidOf("00000000-0000-5000-8000-000000000002") });
  const twin = await addFeed();
  script[twin.path] = first.body;
  script[copy.path] = copy.body.replace("000000000002", "000000000001");
  // A host that is down for a day loses nothing to a copy.
  await ctx.db.once.execute(sql`update podcast_crawl set num_failures = 3 where podcast_id = ${first.podcastId}`);

  await crawl(copy.podcastId);
  await crawl(twin.podcastId);

  assert.deepEqual(
    await Promise.all([first, copy, twin].map(async (it) => (await storedOf(it.podcastId)).show?.mergedAt !== null)),
    [false, false, true],
  );
});

test("an older podcast that copies a show later does not win, and nothing is merged", async () => {
  const guid = guidOf("00000000-0000-5000-8000-000000000003");
  const copy = await addFeed({ extra: guid });
  const victim = await addFeed({ extra: guid });
  script[copy.path] = victim.body;

  await crawl(copy.podcastId);
  script[victim.path] = victim.body.replace("A Show", "The Show");
  await crawl(victim.podcastId);

  const shows = await Promise.all([copy, victim].map((it) => storedOf(it.podcastId)));
  assert.deepEqual(
    shows.map(({ show }) => show?.mergedAt),
    [null, null],
  );
});

for (const [what, columns] of [
  ["has failed for days", sql`num_failures = 10`],
  ["is gone", sql`gone_at = podcore_now()`],
] as const) {
  test(`a copy does not win over a show whose feed ${what}`, async () => {
    const victim = await addFeed({ extra: guidOf(`00000000-0000-5000-8000-00000000000${what.length % 10}`) });
    const copy = await addFeed();
    await ctx.db.once.execute(sql`update podcast_crawl set ${columns} where podcast_id = ${victim.podcastId}`);
    script[copy.path] = victim.body;

    const { kind } = await crawl(copy.podcastId);

    assert.equal(kind, "changed");
    assert.equal((await storedOf(victim.podcastId)).show?.mergedAt, null);
    assert.equal((await storedOf(copy.podcastId)).show?.mergedAt, null);
  });
}

test("a crawl that has stored its feed is a success, even if the merge after it fails", async () => {
  const first = await addFeed({ extra: guidOf("00000000-0000-5000-8000-000000000004") });
  const twin = await addFeed();
  script[twin.path] = first.body;
  await ctx.db.once.execute(
    `create function refuse() returns trigger language plpgsql as $$ begin raise 'A defect'; end $$`,
  );
  await ctx.db.once.execute(
    `create trigger refuse before insert on podcast_merge for each row execute function refuse()`,
  );
  lines.splice(0);

  const { kind } = await crawl(twin.podcastId);
  await ctx.db.once.execute(`drop trigger refuse on podcast_merge`);

  const { numFailures, lastError, lastSucceededAt } = await crawlOf(twin.podcastId);
  assert.deepEqual([kind, numFailures, lastError], ["changed", 0, null]);
  assert.ok(lastSucceededAt);
  assert.match(lines.join(""), /Cannot move or merge podcast/);
});

test("a merge by redirect that was undone stays undone", async () => {
  const { podcastId, path, body } = await addFeed();
  script[`${path}-new`] = body;
  const other = await podcastAdder.run(ctx, { url: `${origin.url}${path}-new` });
  script[path] = redirect(301, `${path}-new`);
  await crawl(podcastId, { times: 4 });
  await letPass(podcastId, { days: 30 });
  await crawl(podcastId);
  assert.ok((await storedOf(podcastId)).show?.mergedAt);
  await podcastUnmerger.run(ctx, { loserId: podcastId });
  const undone = await crawlOf(podcastId);

  await crawl(podcastId, { times: 5 });
  await letPass(podcastId, { days: 30 });
  await crawl(podcastId);

  assert.deepEqual([undone.movedToUrl, undone.movedSince, undone.numMovesSeen], [null, null, 0]);
  assert.equal((await storedOf(podcastId)).show?.mergedAt, null);
  assert.equal((await storedOf(other.podcastId)).show?.mergedAt, null);
});

test("a show that the operator has accepted is stored, even if its title has changed since, and only once", async () => {
  const { podcastId, path } = await addFeed({ extra: guidOf(GUID) });
  script[path] = OTHER_SHOW;
  await crawl(podcastId);
  await ctx.db.once.execute(sql`
    update podcast_quarantine set decision = 'same', decided_at = podcore_now()
    where podcast_id = ${podcastId} and decision is null`);
  script[path] = OTHER_SHOW.replace("Taken Over", "Renamed");

  const accepted = await crawl(podcastId);
  // It changes its GUID, and then its episodes.
  for (const guid of ["taken-over-1", "the-only-other"]) {
    script[path] = rss({ title: "Third Title", items: [{ guid }], extra: guidOf(GUID) });
    await crawl(podcastId);
  }
  script[path] = OTHER_SHOW;
  const again = await crawl(podcastId);

  assert.equal(accepted.kind, "changed");
  assert.deepEqual(again, { kind: "left", verdict: "other" });
  assert.equal((await storedOf(podcastId)).show?.title, "Third Title");
});
