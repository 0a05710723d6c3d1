import assert from "node:assert/strict";
import test, { after } from "node:test";
import { asc, eq, sql } from "drizzle-orm";
import { guidOfFeedUrl } from "../../shared/crawl/identity/original-feed.ts";
import { podcastFeedLocation } from "../../shared/db/schema.ts";
import { sameFeedUrls, withoutTracking } from "../../shared/fetch/same-feed-urls.ts";
import { listQuarantined } from "../../shared/podcasts/identity/list-quarantined.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { fetch } from "../support/loopback.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

const ctx = createContext({ databaseUrl: await createDatabase(), fetch });
const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);

const redirect = (status: number, location: string): Reply => ({ status, headers: { Location: location } });
const guidOf = (guid: string) =>
  `<podcast:guid xmlns:podcast="https://podcastindex.org/namespace/1.0">${guid}</podcast:guid>`;
const feed = (name: string, extra = "") =>
  rss({ title: name, items: [{ guid: `first of ${name}` }, { guid: `second of ${name}` }], extra });
const add = (path: string, options: { isPrivate?: boolean; isForced?: boolean } = {}) =>
  podcastAdder.run(ctx, { url: `${origin.url}${path}`, ...options });
const urlsOf = async (podcastId: number) =>
  (
    await ctx.db.once
      .select()
      .from(podcastFeedLocation)
      .where(eq(podcastFeedLocation.podcastId, podcastId))
      .orderBy(asc(podcastFeedLocation.id))
  ).map(({ feedUrl }) => feedUrl.slice(origin.url.length));

for (const status of [302, 303, 307]) {
  test(`a URL that redirects with ${status} to a known show leads to it, and is not stored as its own`, async () => {
    script[`/target-${status}`] = feed(`target ${status}`);
    script[`/temporary-${status}`] = redirect(status, `/target-${status}`);
    const known = await add(`/target-${status}`);

    const added = await add(`/temporary-${status}`);

    assert.deepEqual([added.podcastId, added.isNew], [known.podcastId, false]);
    assert.deepEqual(await urlsOf(known.podcastId), [`/target-${status}`]);
  });
}

test("a URL that redirects to somebody's private feed does not lead to it", async () => {
  script["/private"] = feed("private");
  script["/hint"] = redirect(302, "/private");
  const known = await add("/private", { isPrivate: true });

  const added = await add("/hint");

  assert.notEqual(added.podcastId, known.podcastId);
  assert.deepEqual(await urlsOf(known.podcastId), ["/private"]);
});

test("a URL that its reader marks as private stays apart from the public show that it redirects to", async () => {
  script["/public"] = feed("public");
  script["/mine"] = redirect(302, "/public");
  const known = await add("/public");

  const added = await add("/mine", { isPrivate: true });

  assert.notEqual(added.podcastId, known.podcastId);
  assert.equal(added.isPrivate, true);
});

for (const [first, second] of [
  ["/tracked-1?a=1", "/tracked-1?utm_source=x&a=1&fbclid=2"],
  ["/tracked-2?a=1&UTM_medium=x", "/tracked-2?a=1"],
  ["/tracked-3?gclid=1", "/tracked-3?mc_cid=2"],
] as const) {
  test(`${second} is the known show at ${first}`, async () => {
    script[first.split("?", 1)[0] ?? ""] = feed(first.replaceAll(/[&?]/g, " "));
    const known = await add(first);

    const added = await add(second);

    assert.deepEqual([added.podcastId, added.isNew], [known.podcastId, false]);
  });
}

test("a variant of a private feed's URL does not lead to it, and a private feed is not known by a variant", async () => {
  script["/secret?a=1"] = feed("secret");
  script["/secret?a=1&utm_source=x"] = feed("secret");
  script["/hidden?a=1&utm_source=x"] = feed("hidden");
  script["/hidden?a=1"] = feed("hidden");
  const known = [
    await add("/secret?a=1", { isPrivate: true }),
    await add("/hidden?a=1&utm_source=x", { isPrivate: true }),
  ];

  const added = [await add("/secret?a=1&utm_source=x"), await add("/hidden?a=1")];

  assert.ok(added.every(({ isNew, isPrivate }) => isNew && !isPrivate));
  assert.deepEqual(await Promise.all(known.map(({ podcastId }) => urlsOf(podcastId))), [
    ["/secret?a=1"],
    ["/hidden?a=1&utm_source=x"],
  ]);
});

test("another query is another feed", async () => {
  script["/by-query?show=1"] = feed("one by query");
  script["/by-query?show=2&ref=x"] = feed("two by query");
  const known = await add("/by-query?show=1");

  const added = await add("/by-query?show=2&ref=x");

  assert.notEqual(added.podcastId, known.podcastId);
});

test("the https URL and the trailing dot lead to the show that is known over http, but not to a private one", async () => {
  script["/scheme"] = feed("scheme");
  script["/scheme-private"] = feed("scheme private");
  const known = await add("/scheme");
  await add("/scheme-private", { isPrivate: true });
  const other = (path: string) => `${origin.url}${path}`.replace("http:", "https:");

  const found = await podcastAdder.findKnown(ctx, { url: other("/scheme") });
  const hidden = await podcastAdder.findKnown(ctx, { url: other("/scheme-private") });

  assert.deepEqual([found?.podcastId, hidden], [known.podcastId, undefined]);
});

test("sameFeedUrls() lists both schemes, without trailing dot and tracking, the URL itself first", () => {
  assert.deepEqual(sameFeedUrls("http://a.example.com./f?utm_source=x&id=1"), [
    "http://a.example.com/f?utm_source=x&id=1",
    "https://a.example.com/f?utm_source=x&id=1",
    "http://a.example.com/f?id=1",
    "https://a.example.com/f?id=1",
  ]);
  assert.equal(withoutTracking("https://a.example.com/f?a=%2B&&b"), "https://a.example.com/f?a=%2B&&b");
});

test("fetch 37: adding the URL that a known show says it moves to leads to that show, and remembers the URL", async () => {
  const extra = `${guidOf("11111111-0000-5000-8000-000000000001")}<itunes:new-feed-url>${origin.url}/moving-new</itunes:new-feed-url>`;
  script["/moving-old"] = feed("moving", extra);
  script["/moving-new"] = feed("moving", guidOf("11111111-0000-5000-8000-000000000001"));
  const known = await add("/moving-old");

  const added = await add("/moving-new");

  assert.equal(added.podcastId, known.podcastId);
  assert.deepEqual(await urlsOf(known.podcastId), ["/moving-old", "/moving-new"]);
});

test("a show with the same GUID and other episodes is a podcast of its own", async () => {
  const guid = guidOf("11111111-0000-5000-8000-000000000002");
  script["/claimed"] = feed("claimed", guid);
  script["/claims"] = feed("claims", guid);
  const known = await add("/claimed");

  const added = await add("/claims");

  assert.notEqual(added.podcastId, known.podcastId);
});

test("a show with the same GUID and one copied item is a podcast of its own", async () => {
  const guid = guidOf("11111111-0000-5000-8000-000000000005");
  script["/copied"] = feed("copied", guid);
  script["/copies"] = rss({ title: "copied", items: [{ guid: "first of copied" }], extra: guid });
  const known = await add("/copied");

  const added = await add("/copies");

  assert.notEqual(added.podcastId, known.podcastId);
});

test("a show whose own feed is gone stays where it is, when somebody adds a feed with its GUID and its episodes", async () => {
  const guid = guidOf("11111111-0000-5000-8000-000000000006");
  script["/victim"] = feed("victim", guid);
  script["/patient"] = feed("victim", guid);
  const known = await add("/victim");
  await ctx.db.once.execute(sql`update podcast_crawl set num_failures = 10 where podcast_id = ${known.podcastId}`);

  const added = await add("/patient");

  assert.notEqual(added.podcastId, known.podcastId);
  assert.deepEqual(await urlsOf(known.podcastId), ["/victim"]);
  const listed = await listQuarantined(ctx.db);
  const flagged = listed.find(({ podcastId }) => podcastId === known.podcastId);
  assert.deepEqual(flagged?.kind === "same-guid" && flagged.otherIds, [added.podcastId]);
});

test("a show whose own feed is gone is asked at the URL that it said it moves to, when somebody adds that", async () => {
  const guid = guidOf("11111111-0000-5000-8000-000000000003");
  script["/dead"] = feed("dead", `${guid}<itunes:new-feed-url>${origin.url}/alive</itunes:new-feed-url>`);
  script["/alive"] = feed("dead", guid);
  const known = await add("/dead");
  await ctx.db.once.execute(
    sql`update podcast_crawl set gone_at = podcore_now() where podcast_id = ${known.podcastId}`,
  );

  const added = await add("/alive");

  const rows = await ctx.db.once
    .select()
    .from(podcastFeedLocation)
    .where(eq(podcastFeedLocation.podcastId, known.podcastId));
  assert.equal(added.podcastId, known.podcastId);
  assert.equal(rows.find(({ isCurrent }) => isCurrent)?.feedUrl, `${origin.url}/alive`);
});

test("the feed whose URL makes its GUID is a podcast of its own, when a mirror was added first", async () => {
  // No other URL of this origin makes it: its port is part of the URL.
  const guid = guidOf(guidOfFeedUrl(`${origin.url}/original`));
  script["/mirror"] = feed("mirrored", guid);
  script["/original"] = feed("mirrored", guid);
  script["/second-mirror"] = feed("mirrored", guid);
  const mirror = await add("/mirror");

  const original = await add("/original");
  await add("/original", { isForced: true });
  await add("/mirror", { isForced: true });
  const second = await add("/second-mirror");

  const merged = await ctx.db.once.execute(sql`select from podcast where merged_at is not null`);
  const listed = (await listQuarantined(ctx.db)).find(({ podcastId }) => podcastId === mirror.podcastId);
  assert.notEqual(original.podcastId, mirror.podcastId);
  assert.deepEqual(await urlsOf(original.podcastId), ["/original"]);
  assert.equal(merged.length, 0);
  assert.deepEqual(listed?.kind === "same-guid" && listed.otherIds, [original.podcastId]);
  // One that proves nothing joins the older podcast, as before.
  assert.equal(second.podcastId, mirror.podcastId);
});

test("a mirror leads to the show whose URL makes its GUID, when that was added first", async () => {
  const guid = guidOf(guidOfFeedUrl(`${origin.url}/own-url/`));
  script["/own-url/"] = feed("owned", guid);
  script["/copy-of-it"] = feed("owned", guid);
  const known = await add("/own-url/");

  const added = await add("/copy-of-it");

  assert.equal(added.podcastId, known.podcastId);
});

test("guidOfFeedUrl() makes the GUID of the example in the namespace's documents", () => {
  for (const url of ["https://podnews.net/rss", "http://podnews.net/rss/"])
    assert.equal(guidOfFeedUrl(url), "9b024349-ccf0-5f69-a609-6b82873eab3c");
});

test("a private feed with the GUID and the episodes of a known show is never joined to it", async () => {
  const guid = guidOf("11111111-0000-5000-8000-000000000004");
  script["/open"] = feed("open", guid);
  script["/paid"] = feed("open", guid);
  const known = await add("/open");

  const added = await add("/paid", { isPrivate: true });

  assert.notEqual(added.podcastId, known.podcastId);
});
