import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { newSecret } from "../../shared/auth/secret.ts";
import { directoryPodcast, login, podcast } from "../../shared/db/schema.ts";
import { startArtifact } from "../support/artifact.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { itunesHit, itunesReply, startItunes } from "../support/itunes.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

const TOKEN = "j302h20ihio23jq8Lw";
const script: Record<string, Reply> = { [`/feeds/${TOKEN}`]: rss({ title: "Supporters Club" }) };
const origin = await startOrigin(script);
after(origin.close);
for (const status of [301, 302])
  script[`/short-${status}`] = { status, headers: { location: `${origin.url}/feeds/${TOKEN}` } };
script["/page"] = {
  headers: { "content-type": "text/html" },
  body: `<html><head><link rel="alternate" type="application/rss+xml" href="${origin.url}/feeds/${TOKEN}"></head></html>`,
};
const feedUrl = `${origin.url}/feeds/${TOKEN}`;
const itunes = await startItunes();
after(itunes.close);
const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });
const site = await startArtifact({
  name: "web",
  environment: { DATABASE_URL: databaseUrl, PODCORE_FETCH_ALLOW: "127.0.0.0/8", PODCORE_DIRECTORY_URL: itunes.url },
});

async function reader(name: string): Promise<Record<string, string>> {
  const accountId = await insertAccount(db, { email: `${name}@example.com` });
  const { secret, sha256 } = newSecret();
  await db.once.insert(login).values({ accountId, secretSha256: sha256, expiresAt: new Date(Date.now() + 3_600_000) });
  return { cookie: `podcore=${secret}` };
}

const [adder, other, third] = [await reader("adder"), await reader("other"), await reader("third")];

beforeEach(async () => {
  itunes.answer(itunesReply());
  itunes.requests.splice(0);
  await db.once.delete(podcast);
  await db.once.delete(directoryPodcast);
});

async function add(headers: Record<string, string>, form: Record<string, string> = {}): Promise<string> {
  const body = new URLSearchParams({ url: feedUrl, ...form });
  const reply = await fetch(`${site.url}/podcasts`, { method: "POST", headers, body, redirect: "manual" });
  assert.equal(reply.status, 303);
  return reply.headers.get("location") ?? "";
}

async function addByApi(headers: Record<string, string>, args = "") {
  const query = `mutation { podcastAdd(url: "${feedUrl}"${args}) { private privateReason } }`;
  const reply = await fetch(`${site.url}/graphql`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  return JSON.parse(await reply.text()).data.podcastAdd;
}

const get = (path: string, headers: Record<string, string> = {}) => fetch(site.url + path, { headers });
const rows = async () =>
  (await db.once.select().from(podcast)).map(({ isPrivate, privateReason }) => [isPrivate, privateReason]);

test("a feed whose path looks like a token is private, and its page asks who added it whether it is, and says why", async () => {
  const path = await add(adder);

  const page = await (await get(path, adder)).text();
  assert.deepEqual(await rows(), [[true, "suspected"]]);
  assert.match(page, /Is this feed private\?/);
  assert.match(page, new RegExp(`long random part \\(<code[^>]*>${TOKEN}</code>\\)`));
  assert.equal((await get(path)).status, 404);
  assert.equal((await get(path, other)).status, 404);
});

for (const { answer, row, status } of [
  { answer: "true", row: [true, "marked"], status: 404 },
  { answer: "false", row: [false, null], status: 200 },
]) {
  test(`the question whether a feed is private is settled by private=${answer}, and asks no host`, async () => {
    const path = await add(adder);
    origin.requests.splice(0);

    const answered = await add(adder, { private: answer });

    assert.equal(answered, path);
    assert.deepEqual(await rows(), [row]);
    assert.equal((await get(path)).status, status);
    assert.doesNotMatch(await (await get(path, adder)).text(), /Is this feed private/);
    assert.equal(origin.requests.length, 0);
  });
}

test("podcastAdd stores such a feed as private, says why, and takes its private argument as the answer", async () => {
  const asked = await addByApi(adder);
  const answered = await addByApi(adder, ", private: false");

  assert.deepEqual([asked.private, answered], [true, { private: false, privateReason: null }]);
  assert.match(asked.privateReason, /long random part/);
});

test("another account that gives the URL of such a feed without a word does not make it public", async () => {
  await add(adder);

  await add(other);

  assert.deepEqual(await rows(), [[true, "suspected"]]);
});

test("a feed marked as private whose path looks like a token stays private, though another account says it is not", async () => {
  await add(adder, { private: "true" });

  await add(other, { private: "false" });
  assert.deepEqual(await rows(), [[true, "marked"]]);
});

test("who alone has marked a feed as private may say that it is public", async () => {
  await add(adder, { private: "true" });

  await add(adder, { private: "false" });

  assert.deepEqual(await rows(), [[false, null]]);
});

test("a feed whose path looks like a token is public without asking, when a directory lists it", async () => {
  const [directory] = await db.once.execute<{ id: string }>("select id from directory");
  await db.once
    .insert(directoryPodcast)
    .values({ directoryId: Number(directory?.id), vendorId: "1", title: "Listed", feedUrl });

  const path = await add(adder);

  assert.deepEqual(await rows(), [[false, null]]);
  assert.equal((await get(path)).status, 200);
});

for (const form of [{}, { private: "true" }] as Record<string, string>[]) {
  for (const second of [{}, { private: "false" }] as Record<string, string>[]) {
    const words = JSON.stringify([form, second]);

    test(`a listed feed whose path looks like a token is public once another adds it (${words})`, async () => {
      itunes.answer(itunesReply(itunesHit({ feedUrl: `${feedUrl}x` }), itunesHit({ collectionId: 2, feedUrl })));
      await add(adder, form);
      await add(adder, form);
      const before = [...(await rows())];
      const termsBefore = itunes.terms();

      await add(other, second);

      assert.deepEqual([before, termsBefore], [[[true, "private" in form ? "marked" : "suspected"]], []]);
      assert.deepEqual(await rows(), [[false, null]]);
      assert.deepEqual(itunes.terms(), ["Supporters Club"]);
    });
  }
}

for (const { what, reply } of [
  {
    what: "lists another feed of that title",
    reply: itunesReply(itunesHit({ feedUrl: `${origin.url}/feeds/another` })),
  },
  { what: "fails", reply: { status: 500, body: "" } },
]) {
  test(`such a feed stays private where the directory ${what}, and the directory is asked once a day`, async () => {
    itunes.answer(reply);
    await add(adder, { private: "true" });

    await add(other);
    await add(other);
    await add(third);

    assert.deepEqual(await rows(), [[true, "marked"]]);
    assert.equal(itunes.terms().length, 1);
  });
}

test("a mark of another who adds such a feed asks no directory", async () => {
  itunes.answer(itunesReply(itunesHit({ feedUrl })));
  await add(adder, { private: "true" });

  await add(other, { private: "true" });

  assert.deepEqual(await rows(), [[true, "marked"]]);
  assert.deepEqual(itunes.terms(), []);
});

for (const path of ["/short-301", "/short-302", "/page"]) {
  test(`a feed whose token stands behind ${path} is private until somebody answers, and stays so when another adds it`, async () => {
    await add(adder, { url: `${origin.url}${path}` });
    const first = await rows();

    await add(other, { url: `${origin.url}${path}` });

    assert.deepEqual(first, [[true, "suspected"]]);
    assert.deepEqual(await rows(), [[true, "suspected"]]);
  });

  for (const [form, reason] of [
    [{}, "suspected"],
    [{ private: "true" }, "marked"],
  ] as const) {
    test(`a private feed (${reason}) is not made public by another who comes by ${path}`, async () => {
      await add(adder, form);

      await add(other, { url: `${origin.url}${path}` });

      const stored = await rows();
      assert.deepEqual(stored[0], [true, reason]);
      assert.ok(stored.every(([isPrivate]) => isPrivate));
    });
  }
}

test("no log line tells the path of such a feed", () => {
  assert.match(site.output(), /Podcast added/);
  assert.doesNotMatch(site.output(), new RegExp(TOKEN));
});
