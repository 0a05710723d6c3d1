import assert from "node:assert/strict";
import test, { after } from "node:test";
import { newSecret } from "../../shared/auth/secret.ts";
import { login } from "../../shared/db/schema.ts";
import { startArtifact } from "../support/artifact.ts";
import { createContext } from "../support/context.ts";
import { type Reply, startOrigin } from "../support/origin.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount } from "../support/rows.ts";

const script: Record<string, Reply> = {};
const origin = await startOrigin(script);
after(origin.close);
const item = (guid: string, url: string) =>
  `<item><title>${guid}</title><guid isPermaLink="false">${guid}</guid><enclosure url="${url}" type="audio/mpeg" length="1"/></item>`;
const feed = `<rss version="2.0"><channel><title>Behind a door</title>${item("same", `${origin.url}/1.mp3`)}${item("elsewhere", "https://media.example.com/2.mp3")}</channel></rss>`;
const AUTHORIZATION = `Basic ${Buffer.from("ü@x.org:p:a@ss%").toString("base64")}`;
script["/feed"] = ({ headers }, response) =>
  headers.authorization === AUTHORIZATION ? response.end(feed) : response.writeHead(401).end();

const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });
const site = await startArtifact({
  name: "web",
  environment: { DATABASE_URL: databaseUrl, PODCORE_FETCH_ALLOW: "127.0.0.0/8" },
});
const accountId = await insertAccount(db, { email: "a@example.com" });
const { secret, sha256 } = newSecret();
await db.once.insert(login).values({ accountId, secretSha256: sha256, expiresAt: new Date(Date.now() + 3_600_000) });
const headers = { cookie: `podcore=${secret}` };

test("the episode's page and the API say that the media asks for the feed's password, where it is on the feed's host", async () => {
  const url = `${origin.url.replace("http://", "http://%C3%BC%40x.org:p%3Aa%40ss%25@")}/feed`;
  const body = new URLSearchParams({ url });
  const added = await fetch(`${site.url}/podcasts`, { method: "POST", headers, body, redirect: "manual" });
  const path = added.headers.get("location") ?? "";
  const id = /\d+/.exec(path)?.[0];

  const answer = await fetch(`${site.url}/graphql`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ query: `{ episodes(podcastId: "${id}") { nodes { id title mediaNeedsFeedPassword } } }` }),
  });
  const { nodes } = JSON.parse(await answer.text()).data.episodes;

  const told = Object.fromEntries(
    nodes.map((it: { title: string; mediaNeedsFeedPassword: boolean }) => [it.title, it.mediaNeedsFeedPassword]),
  );
  assert.deepEqual(told, { same: true, elsewhere: false });
  for (const { id: episodeId, title } of nodes) {
    const page = await (await fetch(`${site.url}${path}/episodes/${episodeId}`, { headers })).text();
    assert.equal(/enter the user name and password/.test(page), title === "same", title);
    assert.doesNotMatch(page, /x\.org|ss%25/);
  }
});
