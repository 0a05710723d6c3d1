import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { callArtifact } from "../../support/artifact.ts";
import { runSite } from "../../support/running-site.ts";
import { createVisitor, type Visitor } from "../../support/visitor.ts";

const site = await runSite();
const PASSWORD = "correct horse";

async function logIn(email: string): Promise<Visitor> {
  const params = JSON.stringify({ email, password: PASSWORD });
  await callArtifact({ name: "admin-account-add", params, environment: { DATABASE_URL: site.databaseUrl } });
  const visitor = createVisitor(site.url);
  await visitor.post("/login", { email, password: PASSWORD });
  return visitor;
}

async function makeKey(visitor: Visitor, name = "my app"): Promise<string> {
  const { body } = await visitor.post("/account/api-keys", { name });
  return /<code id="api-key">(podcore_[\w-]{43})<\/code>/.exec(body)?.[1] ?? "";
}

async function ask(query: string, headers: Record<string, string> = {}) {
  const reply = await fetch(`${site.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query }),
  });
  return { status: reply.status, headers: reply.headers, body: JSON.parse(await reply.text()) };
}

test("a key is shown once and stored hashed; its page names it by how it begins", async () => {
  const visitor = await logIn("once@example.com");

  const key = await makeKey(visitor, "My <app>");

  const page = await visitor.get("/account");
  const [row] = await site.sql`select * from api_key where name = 'My <app>'`;
  assert.notEqual(key, "");
  assert.ok(!page.body.includes(key));
  assert.ok(page.body.includes(`<code>${key.slice(0, 14)}…</code>`));
  assert.match(page.body, /My &lt;app&gt;/);
  const secret = key.slice("podcore_".length);
  assert.deepEqual(row?.secret_sha256, createHash("sha256").update(secret).digest());
  assert.ok(!JSON.stringify(row).includes(secret));
});

test("with a key an app reads and changes what its account holds, until it is revoked", async () => {
  const { podcastId } = await site.addPodcast({ title: "By key" });
  const visitor = await logIn("key@example.com");
  const key = await makeKey(visitor);
  const headers = { authorization: `bearer ${key}` };
  const subscribe = `mutation { accountPodcastUpdate(podcastId: "${podcastId}", subscribed: true) { podcastId } }`;

  const done = await ask(subscribe, headers);
  const read = await ask("{ account { email subscriptions { nodes { podcastId } } } }", headers);
  const used = await visitor.get("/account");
  const path = /action="(\/account\/api-keys\/\d+\/revocation)"/.exec(used.body)?.[1] ?? "";
  await visitor.post(path);
  const revoked = await ask("{ apiVersion }", headers);

  assert.deepEqual(done.body, { data: { accountPodcastUpdate: { podcastId: String(podcastId) } } });
  assert.deepEqual(read.body.data.account, {
    email: "key@example.com",
    subscriptions: { nodes: [{ podcastId: String(podcastId) }] },
  });
  assert.doesNotMatch(used.body, /<td>never<\/td>/);
  assert.equal(revoked.status, 401);
  assert.equal(revoked.headers.get("www-authenticate"), 'Bearer error="invalid_token"');
  assert.match(revoked.body.errors[0].message, /You need to present valid credentials/);
});

test("without key or login public reads work, and changes answer 401", async () => {
  const { podcastId, episodeId } = await site.addPodcast({ title: "Public" });
  const changes = [
    `accountPodcastUpdate(podcastId: "${podcastId}", subscribed: true) { id }`,
    `accountPodcastEpisodeFavoritedUpdate(episodeId: "${episodeId}", favorited: true) { id }`,
    `accountPodcastEpisodePlayedUpdate(episodeId: "${episodeId}", played: true) { id }`,
  ];

  const read = await ask(`{ podcastById(id: "${podcastId}") { title } account { email } }`);
  const refused = await Promise.all(changes.map((change) => ask(`mutation { ${change} }`)));

  assert.deepEqual(read.body, { data: { podcastById: { title: "Public" }, account: null } });
  assert.deepEqual(
    refused.map(({ status }) => status),
    [401, 401, 401],
  );
  assert.equal((await site.sql`select from account_podcast where podcast_id = ${podcastId}`).length, 0);
});

test("the site's own pages ask the API with their login, and no other site can", async () => {
  const { podcastId } = await site.addPodcast({ title: "By login" });
  const visitor = await logIn("login@example.com");
  const change = `mutation { accountPodcastUpdate(podcastId: "${podcastId}", subscribed: true) { podcastId } }`;
  const cookie = visitor.cookie() ?? "";

  const foreign = await ask(change, { cookie, "sec-fetch-site": "cross-site" });
  const own = await ask(change, { cookie, "sec-fetch-site": "same-origin" });
  const byGet = await fetch(`${site.url}/graphql?query=${encodeURIComponent(change)}`, { headers: { cookie } });

  assert.equal(foreign.status, 403);
  assert.deepEqual(own.body, { data: { accountPodcastUpdate: { podcastId: String(podcastId) } } });
  assert.equal(byGet.status, 405);
});

test("what is no key is told so, and a key makes no keys and logs nobody out", async () => {
  const visitor = await logIn("limits@example.com");
  const key = await makeKey(visitor);
  const authorization = `Bearer ${key}`;
  const app = createVisitor(site.url);

  const wrong = await Promise.all(
    ["Bearer podcore_x", `Bearer ${key.slice(8)}`, `Bearer ${key}x`, "Bearer", "bearer x"].map((value) =>
      ask("{ apiVersion }", { authorization: value }),
    ),
  );
  // What a proxy asks for in front of the whole site.
  const basic = await ask("{ account { email } }", { authorization: `Basic ${btoa("user:password")}` });
  const made = await app.post("/account/api-keys", { name: "second" }, { authorization });
  const exported = await app.get("/account/export", { authorization });

  assert.deepEqual(
    wrong.map(({ status }) => status),
    [401, 401, 401, 401, 401],
  );
  assert.deepEqual([basic.status, basic.body], [200, { data: { account: null } }]);
  assert.equal(made.status, 401);
  assert.equal(JSON.parse(exported.body).account.email, "limits@example.com");
});

test("a key has a name of at most 100 characters, and an account at most 50 keys", async () => {
  const visitor = await logIn("many@example.com");

  const unnamed = await visitor.post("/account/api-keys", { name: "  " });
  const long = await visitor.post("/account/api-keys", { name: "x".repeat(101) });
  const keys = [];
  for (let i = 0; i < 50; i++) keys.push(await makeKey(visitor, `app ${i}`));
  const over = await visitor.post("/account/api-keys", { name: "one more" });

  assert.deepEqual([unnamed.status, long.status], [400, 400]);
  assert.equal(new Set(keys).size, 50);
  assert.equal(over.status, 422);
  assert.match(over.body, /Cannot create API key &quot;one more&quot;: the account has 50/);
});
