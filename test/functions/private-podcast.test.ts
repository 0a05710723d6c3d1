import assert from "node:assert/strict";
import test, { after } from "node:test";
import { newSecret } from "../../shared/auth/secret.ts";
import { accountPodcast, apiKey, login } from "../../shared/db/schema.ts";
import { startArtifact } from "../support/artifact.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

// The feed's URL holds one secret in its path, which only the mark tells of; each URL in the feed another.
const origin = await startOrigin({
  "/hunter2/feed": rss({
    title: "Members only",
    extra: "<itunes:new-feed-url>https://new.example.com/hunter3/feed</itunes:new-feed-url>",
    items: [{ guid: "hunter4", title: "Behind the curtain" }],
  }),
});
after(origin.close);
const feedUrl = `${origin.url}/hunter2/feed`;
const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });
const site = await startArtifact({
  name: "web",
  environment: { DATABASE_URL: databaseUrl, PODCORE_FETCH_ALLOW: "127.0.0.0/8", PODCORE_LOG_LEVEL: "debug" },
});

type Reader = { name: string; headers: Record<string, string> };

async function reader(name: string): Promise<Reader & { accountId: number }> {
  const accountId = await insertAccount(db, { email: `${name}@example.com` });
  const { secret, sha256 } = newSecret();
  const expiresAt = new Date(Date.now() + 3_600_000);
  await db.once.insert(login).values({ accountId, secretSha256: sha256, expiresAt });
  return { name, accountId, headers: { cookie: `podcore=${secret}` } };
}

const [adder, subscriber, other] = [await reader("adder"), await reader("subscriber"), await reader("other")];
const anonymous: Reader = { name: "anonymous", headers: {} };
const { secret, sha256 } = newSecret();
await db.once.insert(apiKey).values({ accountId: adder.accountId, name: "App", secretSha256: sha256, hint: "a" });
const app: Reader = { name: "adder's app", headers: { authorization: `Bearer podcore_${secret}` } };

const added = await post(adder, "/podcasts", { url: feedUrl, private: "true" });
const path = added.headers.get("location") ?? "";
const podcastId = Number(/^\/podcasts\/(\d+)-members-only$/.exec(path)?.[1]);
await db.once
  .insert(accountPodcast)
  .values({ accountId: subscriber.accountId, podcastId, subscribedAt: new Date(), sequence: 1 });
const [row] = await db.once.execute<{ id: string }>("select id from episode");
const episodeId = row?.id ?? "";

function get({ headers }: Reader, url: string): Promise<Response> {
  return fetch(site.url + url, { headers, redirect: "manual" });
}

function post({ headers }: Reader, url: string, form: Record<string, string> = {}): Promise<Response> {
  return fetch(site.url + url, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { ...headers, "user-agent": "Mozilla/5.0" },
    redirect: "manual",
  });
}

async function ask({ headers }: Reader, query: string) {
  const reply = await fetch(`${site.url}/graphql`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  return reply.text();
}

const EVERYWHERE = `{
  podcast { title } podcasts { nodes { title } }
  podcastById(id: "${podcastId}") { title feedUrl newFeedUrl episodes { nodes { title mediaUrl podcast { feedUrl newFeedUrl } } } }
  episodeById(id: "${episodeId}") { title mediaUrl podcast { title feedUrl newFeedUrl } }
  episode(podcastId: "${podcastId}") { title mediaUrl }
  episodes(podcastId: "${podcastId}") { nodes { title mediaUrl } }
}`;
const TOLD = /Members only|Behind the curtain|hunter/;

for (const { who, seesUrl } of [
  { who: adder, seesUrl: true },
  { who: subscriber, seesUrl: false },
]) {
  test(`a private podcast's pages are shown to its ${who.name}, ${seesUrl ? "with" : "without"} its feed's URL`, async () => {
    const page = await get(who, path);
    const episodePage = await get(who, `${path}/episodes/${episodeId}`);
    const body = await page.text();
    const episodeBody = await episodePage.text();

    assert.deepEqual([page.status, episodePage.status], [200, 200]);
    assert.match(body, /Members only/);
    assert.match(episodeBody, /https:\/\/media\.example\.com\/hunter4\.mp3/);
    assert.equal(body.includes("hunter2"), seesUrl);
    assert.doesNotMatch(body, /hunter3/);
    assert.doesNotMatch(episodeBody, /hunter2|hunter3/);
    for (const { headers } of [page, episodePage])
      assert.match(headers.get("cache-control") ?? "", /^(private|no-store)/);
  });
}

for (const { who, seesUrl } of [
  { who: adder, seesUrl: true },
  { who: app, seesUrl: true },
  { who: subscriber, seesUrl: false },
]) {
  test(`the API shows a private podcast to its ${who.name}, ${seesUrl ? "with" : "without"} its feed's URLs, and on no public list`, async () => {
    const urls = seesUrl
      ? { feedUrl, newFeedUrl: "https://new.example.com/hunter3/feed" }
      : { feedUrl: null, newFeedUrl: null };
    const episode = { title: "Behind the curtain", mediaUrl: "https://media.example.com/hunter4.mp3" };

    const { data } = JSON.parse(await ask(who, EVERYWHERE));

    assert.deepEqual(data, {
      podcast: [],
      podcasts: { nodes: [] },
      podcastById: { title: "Members only", ...urls, episodes: { nodes: [{ ...episode, podcast: urls }] } },
      episodeById: { ...episode, podcast: { title: "Members only", ...urls } },
      episode: [episode],
      episodes: { nodes: [episode] },
    });
  });
}

for (const who of [other, anonymous]) {
  test(`a private podcast is to ${who.name} as one that is not there`, async () => {
    const unknown = podcastId + 1_000;

    const replies = {
      page: await get(who, path),
      bare: await get(who, `/podcasts/${podcastId}`),
      episode: await get(who, `${path}/episodes/${episodeId}`),
      subscription: await post(who, `/podcasts/${podcastId}/subscription`, { subscribed: "true" }),
    };
    const shown = JSON.parse(await ask(who, EVERYWHERE));

    for (const [name, reply] of Object.entries(replies)) {
      assert.equal(reply.status, 404, name);
      assert.doesNotMatch((await reply.text()).replaceAll(path, ""), TOLD, name);
    }
    assert.deepEqual(shown, {
      data: {
        podcast: [],
        podcasts: { nodes: [] },
        podcastById: null,
        episodeById: null,
        episode: [],
        episodes: { nodes: [] },
      },
    });
    assert.equal(await refusalOf(who, podcastId), await refusalOf(who, unknown));
  });
}

/** The page that says that a podcast is not there, without what is another's with each request. */
async function refusalOf(who: Reader, id: number): Promise<string> {
  const text = await (await get(who, `/podcasts/${id}`)).text();
  return text.replace(`with ID ${id} was`, "").replace(/<code>.*?<\/code>/, "");
}

test("a private podcast is on nobody's first page", async () => {
  for (const who of [adder, subscriber, other, anonymous]) {
    assert.doesNotMatch(await (await get(who, "/")).text(), TOLD, who.name);
  }
});

test("podcast-refresh-post asks for a crawl for who sees the podcast, and is a 404 or a 401 for others", async () => {
  await db.once.execute("update podcast_crawl set last_attempted_at = podcore_now() - interval '1 hour'");
  const refresh = `/podcasts/${podcastId}-old-slug/refresh`;

  const replies = [];
  for (const who of [anonymous, other, subscriber, adder]) replies.push(await post(who, refresh));
  const foreign = await post({ ...adder, headers: { ...adder.headers, origin: "https://evil.example.com" } }, refresh);

  assert.deepEqual(
    replies.map(({ status }) => status),
    [401, 404, 303, 303],
  );
  assert.deepEqual(
    replies.slice(2).map(({ headers }) => headers.get("location")),
    [`/podcasts/${podcastId}`, `/podcasts/${podcastId}`],
  );
  assert.equal(foreign.status, 403);
  assert.equal((await db.once.execute("select from job")).length, 1);
});

test("another account that gives a private podcast's very URL, and marks it too, is shown it from then on, and nothing else changes", async () => {
  const second = await reader("second");

  const reply = await post(second, "/podcasts", { url: feedUrl, private: "true" });

  assert.equal(reply.headers.get("location"), path);
  assert.equal(
    JSON.parse(await ask(second, `{ podcastById(id: "${podcastId}") { feedUrl } }`)).data.podcastById.feedUrl,
    feedUrl,
  );
  assert.equal(JSON.parse(await ask(other, `{ podcastById(id: "${podcastId}") { id } }`)).data.podcastById, null);
  assert.equal(origin.requests.length, 1);
});

test("no log line tells a private feed's URL, nor one of those in it", () => {
  assert.match(site.output(), /Podcast added/);
  assert.doesNotMatch(site.output(), /hunter/);
});

test("a mark of the account that added a feed first does not hide it from others, when another adds it without one", async () => {
  const again = await post(adder, "/podcasts", { url: feedUrl });
  const stillHidden = await get(anonymous, path);
  await post(other, "/podcasts", { url: feedUrl });

  assert.equal(again.headers.get("location"), path);
  assert.equal(stillHidden.status, 404);
  assert.equal((await get(anonymous, path)).status, 200);
});
