import assert from "node:assert/strict";
import test, { after } from "node:test";
import { type GraphQLField, getNamedType, isObjectType } from "graphql";
import { newSecret } from "../../shared/auth/secret.ts";
import { accountEpisode, directoryPodcast, login, podcastFeedContent } from "../../shared/db/schema.ts";
import { apiSchema } from "../../shared/graphql/schema.ts";
import { callArtifact, sendPing, startArtifact } from "../support/artifact.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { itunesHit, itunesReply, startItunes } from "../support/itunes.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";
import { writeDocuments } from "../support/write-documents.ts";

// One podcast at two URLs, which a directory lists as well, and another that stays.
const itunes = await startItunes();
after(itunes.close);
const feedUrl = `${itunes.url}/zebra`;
const SHOW_GUID =
  '<podcast:guid xmlns:podcast="https://podcastindex.org/namespace/1.0">9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>';
const feed = rss({
  title: "Zebra Hour",
  items: [{ guid: "https://zebra-1", title: "Zebras at night" }, { guid: "2" }],
  extra: `<description>Zebra stripes</description>${SHOW_GUID}`,
});
itunes.script["/zebra"] = feed;
itunes.script["/old"] = { status: 301, headers: { location: feedUrl } };
itunes.script["/stays"] = rss({ title: "Antelope Hour" });
itunes.script["/sly"] = { status: 302, headers: { location: feedUrl } };
itunes.script["/zebra?x=1"] = feed;
itunes.script["/zebra-renamed"] = feed
  .replaceAll("Zebra Hour", "Horses")
  .replaceAll("https://zebra-1</guid>", "https://horse-1</guid>");
itunes.script["/zebra-elsewhere"] = feed.replaceAll("media.example.com", "copies.example.com");
itunes.script["/zebra-guid"] = rss({ title: "Horses", items: [{ guid: "horse-2" }], extra: SHOW_GUID });
itunes.script["/network"] = rss({
  title: "Savanna Network",
  items: ["https://zebra-1", "antelope-1", "gnu-1"].map((guid) => ({ guid })),
});
itunes.script["/numbered"] = rss({ items: [{ guid: "2", mediaUrl: "https://numbered.example.com/2.mp3" }] });
itunes.answer(itunesReply(itunesHit({ collectionId: 7, collectionName: "Zebra Hour", feedUrl })));

const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl });
const { db } = ctx;
const environment = {
  DATABASE_URL: databaseUrl,
  PODCORE_FETCH_ALLOW: "127.0.0.0/8",
  PODCORE_DIRECTORY_URL: itunes.url,
};
const site = await startArtifact({ name: "web", environment });

type Reader = { name: string; accountId: number; headers: Record<string, string> };
async function reader(name: string): Promise<Reader> {
  const accountId = await insertAccount(db, { email: `${name}@example.com` });
  const { secret, sha256 } = newSecret();
  await db.once.insert(login).values({ accountId, secretSha256: sha256, expiresAt: new Date(Date.now() + 3_600_000) });
  return { name, accountId, headers: { cookie: `podcore=${secret}` } };
}
const subscriber = await reader("subscriber");
const other = await reader("other");
const anonymous: Reader = { name: "anonymous", accountId: 0, headers: {} };

const get = ({ headers }: Reader, path: string) => fetch(site.url + path, { headers, redirect: "manual" });
const post = ({ headers }: Reader, path: string, form: Record<string, string>) =>
  fetch(site.url + path, { method: "POST", headers, body: new URLSearchParams(form), redirect: "manual" });
async function ask({ headers }: Reader, query: string) {
  const reply = await fetch(`${site.url}/graphql`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  return JSON.parse(await reply.text());
}
async function admin(name: string, params: object) {
  const { code, stdout, stderr } = await callArtifact({ name, params: JSON.stringify(params), environment });
  return code === 0 ? JSON.parse(stdout) : { code, stderr };
}

const path = (await post(subscriber, "/podcasts", { url: feedUrl })).headers.get("location") ?? "";
const podcastId = Number(/^\/podcasts\/(\d+)-zebra-hour$/.exec(path)?.[1]);
await post(subscriber, "/podcasts", { url: `${itunes.url}/old` });
await post(other, "/podcasts", { url: `${itunes.url}/stays` });
const [row] = await db.once.execute<{ id: string }>(
  `select id from episode where podcast_id = ${podcastId} order by title desc`,
);
const episodeId = Number(row?.id);
await db.once.insert(accountEpisode).values({
  accountId: subscriber.accountId,
  episodeId,
  sequence: 2,
  positionSeconds: 5,
  listenedAt: new Date(),
  isFavorited: true,
  favoritedAt: new Date(),
});
await writeDocuments(ctx);
await (await get(anonymous, "/search?q=zebra")).text();
const [hit] = await db.once.select().from(directoryPodcast);
const syncToken = (await ask(subscriber, "{ account { syncToken } }")).data.account.syncToken;

const PAGES = [
  "/",
  "/search?q=zebra",
  "/search?q=zebra&kind=podcasts",
  "/search?q=zebra&kind=episodes",
  "/account",
  "/account/export",
  path,
  `${path}/episodes/${episodeId}`,
  `/directory-podcasts/${hit?.id}`,
];
// What only the podcast says: not what was typed, nor the slug in a link.
const TOLD = /Zebra Hour|Zebras at night|Zebra stripes|zebra-1/;

const ARGUMENTS: Record<string, string> = {
  podcastId: `"${podcastId}"`,
  query: '"zebra"',
  first: "2",
};

type Field = GraphQLField<unknown, unknown>;

/** A field with the arguments that lead to the podcast. */
function callOf({ name, args }: Field): string {
  const idOf = name === "episodeById" ? episodeId : podcastId;
  const given = args.flatMap((argument) => {
    const value = argument.name === "id" ? `"${idOf}"` : ARGUMENTS[argument.name];
    return value === undefined ? [] : [`${argument.name}: ${value}`];
  });
  return given.length > 0 ? `${name}(${given.join(", ")})` : name;
}

/** Selects a field with all that is in it, down to podcasts and episodes within podcasts and episodes. */
function selectionOf(field: Field, depth: number): string {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return callOf(field);
  const inner = Object.values(type.getFields()).filter((it) => depth > 0 || !isObjectType(getNamedType(it.type)));
  return `${callOf(field)} { __typename ${inner.map((it) => selectionOf(it, depth - 1)).join(" ")} }`;
}

/** Each field of the root by itself, and each within it: all of them together are over the limit on a query's size. */
async function askEverything(who: Reader): Promise<string> {
  const answers: string[] = [];
  for (const field of Object.values(apiSchema().getQueryType()?.getFields() ?? {})) {
    const type = getNamedType(field.type);
    if (!isObjectType(type)) continue;
    for (const inner of Object.values(type.getFields())) {
      const at = (depth: number) => ask(who, `{ ${callOf(field)} { ${selectionOf(inner, depth)} } }`);
      const whole = await at(2);
      // Lists within lists of a fixed size may be over the limit.
      const answer = whole.errors === undefined ? whole : await at(1);
      assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
      answers.push(JSON.stringify(answer));
    }
  }
  assert.ok(answers.length > 100, `only ${answers.length} queries`);
  return answers.join("\n");
}

test("pages and API tell of a podcast that is not blocked, which the tests below find hidden", async () => {
  const told = [];
  for (const url of PAGES) if (TOLD.test(await (await get(subscriber, url)).text())) told.push(url);

  // A directory's hit leads on.
  assert.deepEqual(told, PAGES.slice(0, -1));
  assert.match(await askEverything(subscriber), TOLD);
});

test("admin-podcast-block blocks a podcast by a URL of its feed, and deletes its raw feeds", async () => {
  const result = await admin("admin-podcast-block", { url: `${itunes.url}/old`, reason: "Spam, reported twice" });

  assert.deepEqual(result, { podcastId, title: "Zebra Hour", numSubscribers: 1 });
  const contents = await db.once.select().from(podcastFeedContent);
  assert.deepEqual(
    contents.filter((content) => content.podcastId === podcastId),
    [],
  );
});

for (const who of [anonymous, other]) {
  test(`a blocked podcast is on no page and in no answer for ${who.name}`, async () => {
    for (const url of PAGES) assert.doesNotMatch(await (await get(who, url)).text(), TOLD, url);
    assert.doesNotMatch(await askEverything(who), TOLD);
    assert.equal((await get(who, path)).status, 404);
    assert.equal((await post(who, `/podcasts/${podcastId}/subscription`, { subscribed: "true" })).status, 404);
  });
}

test("a subscriber of a blocked podcast keeps the row, and sees its title and the reason alone", async () => {
  const body = await (await get(subscriber, path)).text();
  const account = await (await get(subscriber, "/account")).text();
  const told = await askEverything(subscriber);

  assert.match(body, /<h1>Zebra Hour<\/h1>[\s\S]*taken this podcast down: [\s\S]*Spam, reported twice/);
  assert.match(account, /Zebra Hour[\s\S]*Taken down/);
  for (const url of PAGES)
    assert.doesNotMatch(await (await get(subscriber, url)).text(), /Zebras at night|Zebra stripes|zebra-1/, url);
  assert.doesNotMatch(told, /Zebras at night|Zebra stripes|zebra-1/);
  assert.match(told, /"takedown":\{[^}]*"title":"Zebra Hour","reason":"Spam, reported twice"/);
});

test("a subscriber's app is told of a takedown with its next sync", async () => {
  const query = `{ account { subscriptions(updatedSince: "${syncToken}") { nodes { podcast { title } takedown { title } } } } }`;

  const { data } = await ask(subscriber, query);

  assert.deepEqual(data.account.subscriptions.nodes, [{ podcast: null, takedown: { title: "Zebra Hour" } }]);
});

test("a blocked podcast cannot be added again: under any of its URLs, by any way, by anybody", async () => {
  const numBefore = (await db.once.execute("select from podcast")).length;
  const secure = feedUrl.replace("http:", "https:");

  for (const url of [feedUrl, `${itunes.url}/old`, `${itunes.url}/sly`, secure]) {
    const reply = await post(other, "/podcasts", { url });
    assert.equal(reply.status, 403, url);
    assert.match(await reply.text(), /the operator has taken this podcast down: Spam, reported twice/);
    assert.match((await admin("admin-podcast-add", { url })).stderr, /taken this podcast down/);
  }
  const hitReply = await get(anonymous, `/directory-podcasts/${hit?.id}`);
  const api = await ask(other, `mutation { podcastAdd(url: "${feedUrl}") { id } }`);

  assert.equal(hitReply.status, 403);
  assert.match(JSON.stringify(api.errors), /taken this podcast down/);
  assert.equal((await db.once.execute("select from podcast")).length, numBefore);
});

for (const [path, sameBy] of [
  ["/zebra?x=1", "all"],
  ["/zebra-renamed", "its media"],
  ["/zebra-elsewhere", "its episodes' guids"],
  ["/zebra-guid", "its podcast:guid"],
] as const) {
  test(`a blocked podcast cannot be added again at another URL, ${path}: it is known by ${sameBy}`, async () => {
    const numBefore = (await db.once.execute("select from podcast")).length;
    const withGuid = itunes.script[path];
    if (path !== "/zebra-guid") itunes.script[path] = String(withGuid).replaceAll(SHOW_GUID, "");

    const url = itunes.url + path;
    const replies = [await post(other, "/podcasts", { url }), await post(other, "/podcasts", { url: localhost(url) })];

    for (const reply of replies) {
      assert.equal(reply.status, 403);
      assert.match(await reply.text(), /the operator has taken this podcast down: Spam, reported twice/);
    }
    assert.equal((await db.once.execute("select from podcast")).length, numBefore);
  });
}

/** Another name of the same server, with a dot at its end. */
function localhost(url: string): string {
  return url.replace("//127.0.0.1:", "//localhost.:");
}

for (const path of ["/network", "/numbered"]) {
  test(`a podcast that shares less than half of its episodes with a blocked one can be added: ${path}`, async () => {
    const reply = await post(other, "/podcasts", { url: itunes.url + path });

    assert.equal(reply.status, 303);
    await db.once.execute(`delete from podcast where title in ('Savanna Network', 'A Show')`);
  });
}

test("a blocked podcast is not crawled, not even when it is asked for", async () => {
  itunes.requests.splice(0);
  await db.once.execute(
    `insert into job (name, args, due_at) values ('podcast_refresh', '{"podcastId": ${podcastId}}', podcore_now())`,
  );
  const ticks = await startArtifact({ name: "internal", environment });

  for (const name of ["crawl", "work"]) assert.ok((await sendPing(`${ticks.url}/tick/${name}`)).ok);

  assert.deepEqual(
    itunes.requests.filter((request) => request.path === "/zebra"),
    [],
  );
});

test("admin-podcast-unblock shows the podcast again, and has it crawled", async () => {
  const result = await admin("admin-podcast-unblock", { podcastId });
  const again = await admin("admin-podcast-unblock", { podcastId });
  const crawled = await admin("tick-crawl", {});

  assert.deepEqual(result, { podcastId, title: "Zebra Hour", numSubscribers: 1 });
  assert.match(again.stderr, /is not blocked/);
  assert.equal(crawled.code, undefined);
  assert.match(await (await get(anonymous, path)).text(), /Zebras at night/);
  assert.equal(itunes.requests.filter((request) => request.path === "/zebra").length, 1);
});

for (const params of [
  {},
  { podcastId: 1 },
  { podcastId: 1, reason: " " },
  { reason: "x" },
  { podcastId: 1, reason: "x".repeat(501) },
]) {
  test(`admin-podcast-block refuses ${JSON.stringify(params).slice(0, 60)}`, async () => {
    assert.equal((await admin("admin-podcast-block", params)).code, 1);
  });
}
