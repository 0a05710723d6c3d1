import assert from "node:assert/strict";
import test, { after } from "node:test";
import { newSecret } from "../../shared/auth/secret.ts";
import { login } from "../../shared/db/schema.ts";
import { AS_OPERATOR, OPERATOR_TOKEN, sendPing, startArtifact } from "../support/artifact.ts";
import { createContext } from "../support/context.ts";
import { rss } from "../support/feed.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });
const environment = {
  DATABASE_URL: databaseUrl,
  PODCORE_FETCH_ALLOW: "127.0.0.0/8",
  PODCORE_OPERATOR_TOKEN: OPERATOR_TOKEN,
};
const [site, internal] = [
  await startArtifact({ name: "web", environment }),
  await startArtifact({ name: "internal", environment }),
];

const accountId = await insertAccount(db, { email: "follower@example.com" });
const { secret, sha256 } = newSecret();
await db.once.insert(login).values({ accountId, secretSha256: sha256, expiresAt: new Date(Date.now() + 3_600_000) });
const cookie = `podcore=${secret}`;

async function admin(name: string, params: object = {}, headers: Record<string, string> = AS_OPERATOR) {
  const body = JSON.stringify(params);
  const reply = await fetch(`${internal.url}/admin/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  const text = await reply.text();
  return { status: reply.status, body: reply.ok ? JSON.parse(text) : text };
}
const get = (path: string) => fetch(site.url + path, { headers: { cookie }, redirect: "manual" });
async function follow(path: string, body: Reply): Promise<number> {
  script[path] = body;
  const form = new URLSearchParams({ url: `${origin.url}${path}` });
  const reply = await fetch(`${site.url}/podcasts`, {
    method: "POST",
    headers: { cookie },
    body: form,
    redirect: "manual",
  });
  return Number(/\d+/.exec(reply.headers.get("location") ?? "")?.[0]);
}
async function crawl(podcastId: number): Promise<void> {
  await db.once.execute(`update podcast_crawl set due_at = podcore_now() where podcast_id = ${podcastId}`);
  assert.equal((await sendPing(`${internal.url}/tick/crawl`, "{}", AS_OPERATOR)).ok, true);
}
const quarantinedSince = async (podcastId: number) => {
  const query = `{ podcastById(id: "${podcastId}") { title quarantinedSince feedUrl } }`;
  const reply = await fetch(`${site.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { cookie } });
  return JSON.parse(await reply.text()).data;
};

const show = (title: string, extra = "") => rss({ title, items: [{ guid: `${title} 1` }], extra });
const guidOf = (guid: string) =>
  `<podcast:guid xmlns:podcast="https://podcastindex.org/namespace/1.0">${guid}</podcast:guid>`;

for (const decision of ["same", "other"] as const) {
  test(`fetch 70: followers and operator are told of another show, and "${decision}" resolves it`, async () => {
    const path = `/taken-${decision}`;
    const podcastId = await follow(path, show(`Old ${decision}`));
    script[path] = show(`New ${decision}`);
    await crawl(podcastId);

    const page = await (await get(`/podcasts/${podcastId}`)).text();
    const { body: listed } = await admin("podcast-quarantined");
    const told = JSON.stringify(await quarantinedSince(podcastId));
    const resolved = await admin("podcast-resolve", { podcastId, decision });
    if (decision === "same") await crawl(podcastId);
    const again = await admin("podcast-resolve", { podcastId, decision });

    const [row] = listed.podcasts.filter((it: { podcastId: number }) => it.podcastId === podcastId);
    assert.match(page, /Another show has been at this feed(&#39;|')s address since 20/);
    assert.doesNotMatch(page, new RegExp(`New ${decision}`));
    assert.match(told, /"quarantinedSince":"20/);
    assert.deepEqual([row.kind, row.found.title, row.found.numItems], ["other-show", `New ${decision}`, 1]);
    assert.deepEqual([resolved.status, again.status], [200, 200]);
    const after = await (await get(`/podcasts/${podcastId}`)).text();
    assert.doesNotMatch(after, /Another show has been at/);
    assert.match(after, new RegExp(`<h1[^>]*>${decision === "same" ? "New same" : "Old other"}</h1>`));
    if (decision === "other") {
      const { added } = resolved.body;
      assert.deepEqual([added.title, added.isNew], ["New other", true]);
      assert.equal(await follow(path, script[path] ?? ""), added.podcastId);
      assert.match(JSON.stringify(await quarantinedSince(podcastId)), /"feedUrl":null/);
    }
  });
}

test("fetch 36, fetch 70: a redirect to another known show is resolved to that show, and an old URL still serves the old one", async () => {
  const known = await follow("/known", show("Known"));
  const podcastId = await follow("/left", show("Left"));
  await db.once.execute(
    `insert into podcast_feed_location (podcast_id, feed_url, is_current) values (${podcastId}, '${origin.url}/older', false)`,
  );
  script["/older"] = show("Left", "<language>fi</language>");
  script["/left"] = { status: 301, headers: { location: "/known" } };
  await crawl(podcastId);

  const { body } = await admin("podcast-resolve", { podcastId, decision: "other" });
  const byAddress = await follow("/left", script["/left"]);
  const byOldUrl = await admin("podcast-add", { url: `${origin.url}/older` });

  assert.equal(body.added.podcastId, known);
  assert.equal(byAddress, known);
  assert.equal(byOldUrl.body.podcastId, podcastId);
  const [row] = await db.once.execute(`select language from podcast where id = ${podcastId}`);
  assert.deepEqual(row, { language: "fi" });
});

test('"other" takes an address away in all its spellings, and the found show gets it', async () => {
  const podcastId = await follow("/spelled?a=1&utm_source=x", show("Old Spelled"));
  const other = `${origin.url.replace("http:", "https:")}/spelled?a=1&fbclid=2`;
  await db.once.execute(
    `insert into podcast_feed_location (podcast_id, feed_url, is_current) values (${podcastId}, '${other}', false)`,
  );
  script["/spelled?a=1&utm_source=x"] = show("New Spelled");
  await crawl(podcastId);

  const { body } = await admin("podcast-resolve", { podcastId, decision: "other" });

  assert.deepEqual([body.added?.title, body.added?.isNew], ["New Spelled", true]);
  const left = await db.once.execute(`select 1 from podcast_feed_location where podcast_id = ${podcastId}`);
  assert.equal(left.length, 0);
});

test('"other" leaves a podcast that has another address by now due there', async () => {
  const podcastId = await follow("/moved-on", show("Moved On"));
  script["/moved-on"] = show("New There");
  await crawl(podcastId);
  await db.once.execute(`update podcast_feed_location set is_current = false where podcast_id = ${podcastId}`);
  await db.once.execute(
    `insert into podcast_feed_location (podcast_id, feed_url, is_current) values (${podcastId}, '${origin.url}/moved-to', true)`,
  );

  await admin("podcast-resolve", { podcastId, decision: "other" });

  const [row] = await db.once.execute(
    `select due_at <= podcore_now() as is_due from podcast_crawl where podcast_id = ${podcastId}`,
  );
  assert.deepEqual(row, { is_due: true });
});

test("admin-podcast-resolve refuses what waits for no decision, and what is no decision", async () => {
  const podcastId = await follow("/calm", show("Calm"));

  assert.equal((await admin("podcast-resolve", { podcastId, decision: "same" })).status, 404);
  assert.equal((await admin("podcast-resolve", { podcastId, decision: "maybe" })).status, 400);
  assert.equal((await admin("podcast-resolve", { decision: "same" })).status, 400);
});

test("the operators' functions refuse a call without the token", async () => {
  for (const name of ["podcast-quarantined", "podcast-resolve", "podcast-merge", "podcast-unmerge"])
    assert.ok([401, 403].includes((await admin(name, {}, {})).status), name);
});

test("admin-podcast-quarantined lists hollow feeds, and equal GUIDs that were not merged", async () => {
  const guid = guidOf("22222222-0000-5000-8000-000000000001");
  const [a, b] = [await follow("/guid-a", show("Guid A", guid)), await follow("/guid-b", show("Guid B", guid))];
  const hollow = await follow("/hollow", show("Hollow"));
  script["/hollow"] = "<rss version='2.0'><channel></channel></rss>";
  await crawl(hollow);

  const { body } = await admin("podcast-quarantined");

  const kindOf = (id: number) => body.podcasts.find((row: { podcastId: number }) => row.podcastId === id);
  assert.deepEqual([kindOf(a).kind, kindOf(a).otherIds, kindOf(b).otherIds], ["same-guid", [b], [a]]);
  assert.equal(kindOf(hollow).kind, "hollow");
});

test("admin-podcast-merge redirects the loser's pages to the winner's, and admin-podcast-unmerge shows them again", async () => {
  const winnerId = await follow("/winner", show("Winner"));
  const loserId = await follow("/loser", show("Winner").replace("<title>Winner</title>", "<title>Loser</title>"));
  const [own, lost] = await db.once.execute<{ id: string }>(
    `select id from episode where podcast_id in (${winnerId}, ${loserId}) order by podcast_id`,
  );

  const merged = await admin("podcast-merge", { winnerId, loserId });
  const page = await get(`/podcasts/${loserId}`);
  const episodePage = await get(`/podcasts/${loserId}/episodes/${lost?.id}`);
  const refused = await admin("podcast-merge", { winnerId: loserId, loserId: winnerId });
  const undone = await admin("podcast-unmerge", { loserId });
  const again = await admin("podcast-unmerge", { loserId });

  assert.deepEqual(merged.body, { winnerId, loserId, numEpisodesMoved: 0, numSubscriptions: 1 });
  assert.deepEqual([page.status, page.headers.get("location")], [301, `/podcasts/${winnerId}-winner`]);
  assert.deepEqual(
    [episodePage.status, episodePage.headers.get("location")],
    [301, `/podcasts/${winnerId}-winner/episodes/${own?.id}`],
  );
  assert.equal(refused.status, 409);
  assert.deepEqual(undone.body, { winnerId, loserId });
  assert.equal(again.status, 404);
  assert.equal((await get(`/podcasts/${loserId}`)).status, 200);
});
