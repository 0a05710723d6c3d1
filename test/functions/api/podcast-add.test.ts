import assert from "node:assert/strict";
import test, { after } from "node:test";
import { newSecret } from "../../../shared/auth/secret.ts";
import { apiKey } from "../../../shared/db/schema.ts";
import { startArtifact } from "../../support/artifact.ts";
import { createContext } from "../../support/context.ts";
import { rss } from "../../support/feed.ts";
import { startOrigin } from "../../support/origin.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertAccount } from "../../support/rows.ts";

const origin = await startOrigin({
  "/": {
    headers: { "Content-Type": "text/html" },
    body: '<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head></html>',
  },
  "/feed": rss({ title: "Tide Tables" }),
});
after(origin.close);

test("api-graphql adds a podcast by its page for an app's key, with what it loads for that alone", async () => {
  const databaseUrl = await createDatabase();
  const { db } = createContext({ databaseUrl });
  const accountId = await insertAccount(db, { email: "a@example.com" });
  const { secret, sha256 } = newSecret();
  await db.once.insert(apiKey).values({ accountId, name: "App", secretSha256: sha256, hint: "a" });
  const environment = { DATABASE_URL: databaseUrl, PODCORE_FETCH_ALLOW: "127.0.0.0/8" };
  const { url } = await startArtifact({ name: "api-graphql", environment });

  const reply = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer podcore_${secret}` },
    body: JSON.stringify({
      query: "mutation ($url: String!) { podcastAdd(url: $url) { title feedUrl episodes { nodes { title } } } }",
      variables: { url: `${origin.url}/` },
    }),
  });

  assert.deepEqual(await reply.json(), {
    data: {
      podcastAdd: {
        title: "Tide Tables",
        feedUrl: `${origin.url}/feed`,
        episodes: { nodes: [{ title: "Episode 1" }] },
      },
    },
  });
});
