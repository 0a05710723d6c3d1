import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { podcast, podcastFeedLocation, rateLimit } from "../../shared/db/schema.ts";
import { createFetch } from "../../shared/fetch/fetch.ts";
import * as podcastAdder from "../../shared/podcasts/podcast-adder.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { fetch } from "../support/loopback.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";

const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
const databaseUrl = await createDatabase();
const environment = { PODCORE_DIRECTORY_URL: origin.url };
const ctx = createContext({ databaseUrl, fetch, environment });

beforeEach(async () => {
  origin.requests.splice(0);
  for (const path of Object.keys(script)) delete script[path];
  await ctx.db.once.delete(podcast);
  await ctx.db.once.delete(rateLimit);
});

function page(...hrefs: string[]): Reply {
  const links = hrefs.map((href) => `<link rel="alternate" type="application/rss+xml" href="${href}">`);
  return {
    headers: { "Content-Type": "text/html" },
    body: `<!doctype html><html><head>${links.join("")}</head></html>`,
  };
}

const add = (path: string, options: Partial<podcastAdder.AddParams> = {}) =>
  podcastAdder.run(ctx, { url: `${origin.url}${path}`, ...options });
const pathsAsked = () => origin.requests.map(({ path }) => path);
const locations = async () => (await ctx.db.once.select().from(podcastFeedLocation)).map(({ feedUrl }) => feedUrl);

test("run() adds the feed that a page names, with one GET of each", async () => {
  script["/show/"] = { status: 302, headers: { Location: "/new/" } };
  script["/new/"] = page("feed.xml");
  script["/new/feed.xml"] = rss();

  const { isNew, isPrivate, title } = await add("/show/");

  assert.deepEqual({ isNew, isPrivate, title }, { isNew: true, isPrivate: false, title: "A Show" });
  assert.deepEqual(pathsAsked(), ["/show/", "/new/", "/new/feed.xml"]);
  assert.deepEqual(await locations(), [`${origin.url}/new/feed.xml`]);
});

test("run() adds the feed that a page's Link header names", async () => {
  script["/"] = {
    headers: { "Content-Type": "text/html", Link: '</feed>; rel="alternate"; type="application/rss+xml"' },
    body: "<html></html>",
  };
  script["/feed"] = rss();

  await add("/");

  assert.deepEqual(await locations(), [`${origin.url}/feed`]);
});

test("fetch 66: run() reads a feed that says it is a page as the feed it is", async () => {
  script["/feed"] = { headers: { "Content-Type": "text/html" }, body: rss() };

  await add("/feed");

  assert.deepEqual(pathsAsked(), ["/feed"]);
});

test("run() refreshes the podcast that is known under the feed's URL that a page names", async () => {
  script["/feed"] = rss();
  const known = await add("/feed");
  script["/"] = page("/feed");
  origin.requests.splice(0);

  const result = await add("/");

  assert.deepEqual([result.podcastId, result.isNew], [known.podcastId, false]);
  assert.deepEqual(pathsAsked(), ["/", "/feed"]);
});

test("run() makes one podcast, when a page and the feed that it names are added at once", async () => {
  script["/"] = page("/feed");
  script["/feed"] = rss();

  const results = await Promise.all(["/", "/feed", "/", "/feed", "/"].map((path) => add(path)));

  assert.equal(new Set(results.map(({ podcastId }) => podcastId)).size, 1);
  assert.equal(results.filter(({ isNew }) => isNew).length, 1);
});

test("run() says so, when a page names no feed, and guesses none", async () => {
  script["/"] = page();
  script["/feed"] = rss();

  await assert.rejects(add("/"), {
    status: 422,
    message: `Cannot add "${origin.url}/": the page does not link to a feed`,
  });
  assert.deepEqual(pathsAsked(), ["/"]);
});

test("run() follows a page to a feed, and no further: not to itself, to another page, or in a circle", async () => {
  script["/self"] = page("/self", "#top", "");
  script["/a"] = page("/b");
  script["/b"] = page("/a");

  await assert.rejects(add("/self"), { status: 422, message: /: the page does not link to a feed$/ });
  await assert.rejects(add("/a"), {
    status: 422,
    message: `Cannot add "${origin.url}/a": the page links to "${origin.url}/b": Cannot read feed: no <rss>, <rdf:RDF> or <feed> element`,
  });
  assert.deepEqual(pathsAsked(), ["/self", "/a", "/b"]);
  assert.deepEqual(await locations(), []);
});

test("run() says which feed it could not have, when a page names one that is gone", async () => {
  script["/"] = page("/gone?token=hunter2");

  await assert.rejects(add("/"), {
    status: 422,
    message: `Cannot add "${origin.url}/": the page links to "${origin.url}/gone?token=***": That podcast doesn't seem to exist on the host's servers (404).`,
  });
});

test("fetch 40: run() asks no address off the public internet that a page names, nor where it redirects to", async () => {
  const decoy = await startOrigin(() => {}, { host: "127.0.0.2" });
  // What may be reached is the page's own address; the decoy stands for an inside network.
  const own = createFetch({ allow: ["127.0.0.1/32"], userAgent: "podcore-test" });
  const outside = createContext({ databaseUrl, fetch: own });
  script["/redirect"] = { status: 302, headers: { Location: `http://127.0.0.2:${decoy.port}/` } };
  const targets = [
    `http://127.0.0.2:${decoy.port}/`,
    `//127.0.0.2:${decoy.port}/`,
    `http://[::ffff:127.0.0.2]:${decoy.port}/`,
    `http://2130706434:${decoy.port}/`,
    "/redirect",
    "http://169.254.169.254/latest/meta-data/",
  ];

  for (const target of targets) {
    script["/"] = page(target);
    await assert.rejects(podcastAdder.run(outside, { url: `${origin.url}/` }), {
      status: 422,
      message: /: the page links to ".*": Cannot fetch ".*": ".*" is not on the public internet$/,
    });
  }

  script["/"] = page("file:///etc/passwd", "gopher://127.0.0.2/", "data:text/xml,x");
  await assert.rejects(podcastAdder.run(outside, { url: `${origin.url}/` }), /the page does not link to a feed$/);
  assert.equal(decoy.numConnections(), 0);
  await decoy.close();
});

for (const [name, pagePath, feedPath] of [
  ["the feed that a page names carries a token", "/", "/feed?token=hunter2"],
  ["the page's own URL carries a token", "/?token=hunter2", "/feed"],
] as const) {
  test(`run() makes a podcast private, when ${name}`, async () => {
    script["/"] = page(feedPath);
    script["/feed"] = rss();

    assert.equal((await add(pagePath)).isPrivate, true);
  });
}

const lookup = (feedUrl?: string): Reply =>
  JSON.stringify({ results: [{ collectionId: 42, collectionName: "A", feedUrl }] });
const APPLE = "https://podcasts.apple.com/us/podcast/a-show/id42?i=1000";

test("run() adds the feed that Apple tells of for its link", async () => {
  script["/lookup"] = lookup(`${origin.url}/feed`);
  script["/feed"] = rss();

  const first = await podcastAdder.run(ctx, { url: APPLE });
  const second = await podcastAdder.run(ctx, { url: "podcasts.apple.com/podcast/id42" });

  assert.deepEqual([first.isNew, second.isNew, second.podcastId], [true, false, first.podcastId]);
  assert.deepEqual(pathsAsked().slice(0, 2), ["/lookup?id=42&entity=podcast", "/feed"]);
  assert.deepEqual(await locations(), [`${origin.url}/feed`]);
});

test("run() makes a podcast public that was private for its URL alone, when Apple's link leads to that URL", async () => {
  const path = "/feeds/j302h20ihio23jq8Lw";
  script["/lookup"] = lookup(`${origin.url}${path}`);
  script[path] = rss();
  const suspected = await add(path);

  const listed = await podcastAdder.run(ctx, { url: APPLE });

  assert.deepEqual([suspected.isPrivate, listed.isPrivate], [true, false]);
  assert.equal(listed.podcastId, suspected.podcastId);
});

test("run() says what is wrong with a directory's link, and adds nothing", async () => {
  const refusal = (reason: string) => ({ status: 422, message: `Cannot add "${APPLE}": ${reason}` });

  script["/lookup"] = '{"results":[]}';
  await assert.rejects(podcastAdder.run(ctx, { url: APPLE }), refusal("Apple Podcasts has no such podcast"));
  script["/lookup"] = lookup();
  await assert.rejects(
    podcastAdder.run(ctx, { url: APPLE }),
    refusal("Apple Podcasts does not publish this podcast's feed"),
  );
  script["/lookup"] = { status: 403 };
  await assert.rejects(podcastAdder.run(ctx, { url: APPLE }), { status: 503 });
  script["/lookup"] = lookup(`${origin.url}/page`);
  script["/page"] = page("/feed");
  script["/feed"] = rss();
  await assert.rejects(
    podcastAdder.run(ctx, { url: APPLE }),
    refusal("Cannot read feed: no <rss>, <rdf:RDF> or <feed> element"),
  );
  await assert.rejects(podcastAdder.run(ctx, { url: "https://open.spotify.com/show/1" }), {
    status: 422,
    message:
      'Cannot add "https://open.spotify.com/show/1": Spotify does not publish feed URLs; look for the feed on the podcast\'s own site',
  });
  assert.deepEqual(await locations(), []);
});

test("run() hides what is marked private and new, until the operator adds it without a mark, and leaves public what is public", async () => {
  script["/marked"] = rss();
  script["/public"] = rss();

  const marked = await add("/marked", { isPrivate: true });
  await add("/public");
  const known = await add("/public", { isPrivate: true });
  const unmarked = await add("/marked");

  assert.deepEqual([marked.isPrivate, known.isPrivate], [true, false]);
  assert.deepEqual([unmarked.podcastId, unmarked.isPrivate], [marked.podcastId, false]);
});

test("run() tells no path of what is marked private, neither its reader nor a log", async () => {
  const lines: string[] = [];
  const logged = createContext({ databaseUrl, fetch, writeLog: (text) => lines.push(text) });
  script["/hunter2/page"] = page("/hunter2/feed");
  script["/hunter2/feed"] = { raw: (socket) => socket.destroy() };

  await assert.rejects(podcastAdder.run(logged, { url: `${origin.url}/hunter2/page`, isPrivate: true }), {
    status: 422,
    message: `Cannot add "${origin.url}/***": the page links to "${origin.url}/***": Cannot fetch "${origin.url}/***": Broken reply: socket hang up`,
  });
  assert.match(lines.join(""), /fetch_feed/);
  assert.doesNotMatch(lines.join(""), /hunter/);
});

test("run() stores the same bytes again, when it is forced to, and asks for them without validators", async () => {
  script["/feed"] = ({ headers }, response) =>
    headers["if-none-match"] === undefined
      ? response.writeHead(200, { ETag: '"1"' }).end(rss())
      : response.writeHead(304).end();
  const { podcastId } = await add("/feed");
  await ctx.db.once.execute("update episode set title = 'Damaged'");

  await add("/feed");
  const [unforced] = await ctx.db.once.execute<{ title: string }>("select title from episode");
  const result = await add("/feed", { isForced: true });
  const [forced] = await ctx.db.once.execute<{ title: string }>("select title from episode");

  assert.deepEqual([unforced?.title, forced?.title], ["Damaged", "Episode 1"]);
  assert.equal(result.podcastId, podcastId);
  assert.deepEqual(
    origin.requests.map(({ headers }) => headers["if-none-match"]),
    [undefined, '"1"', undefined],
  );
});
