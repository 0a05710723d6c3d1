import assert from "node:assert/strict";
import { after, test } from "node:test";
import { callArtifact, startArtifact } from "../../support/artifact.ts";
import { rss } from "../../support/feed.ts";
import { itunesHit, itunesReply, startItunes } from "../../support/itunes.ts";
import { createDatabase } from "../../support/postgres.ts";

const itunes = await startItunes();
after(itunes.close);
const environment = {
  DATABASE_URL: await createDatabase(),
  PODCORE_DIRECTORY_URL: itunes.url,
  PODCORE_FETCH_ALLOW: "127.0.0.0/8",
  PODCORE_LOG_LEVEL: "error",
};

test("admin-directory-search takes all words of a query and prints what it finds, which web-directory-podcast-get adds", async () => {
  itunes.script["/feed"] = rss({ title: "Night Trains" });
  itunes.script["/bad"] = { status: 404 };
  itunes.answer(
    itunesReply(
      itunesHit({ feedUrl: `${itunes.url}/feed` }),
      itunesHit({ collectionId: 2, collectionName: "Gone", feedUrl: `${itunes.url}/bad` }),
    ),
  );

  const printed = await callArtifact({
    name: "admin-directory-search",
    params: '{"query":"Night trains of Europe"}',
    environment,
  });
  const { podcasts } = JSON.parse(printed.stdout);
  const { url, stop } = await startArtifact({ name: "web-directory-podcast-get", environment });
  const get = (id: string) => fetch(`${url}/directory-podcasts/${id}`, { redirect: "manual" });
  const added = await get(`${podcasts[0].id}-night-trains`);
  const failed = await get(podcasts[1].id);
  const unknown = await get("4000000000");
  const wrong = await get("x");
  await stop();

  assert.equal(printed.code, 0, printed.stderr);
  assert.deepEqual(itunes.terms(), ["night trains of europe"]);
  assert.deepEqual(
    podcasts.map(({ title, feedUrl }: { title: string; feedUrl: string }) => [title, feedUrl]),
    [
      ["Night Trains", `${itunes.url}/feed`],
      ["Gone", `${itunes.url}/bad`],
    ],
  );
  assert.equal(added.status, 307);
  assert.match(added.headers.get("location") ?? "", /^\/podcasts\/\d+-night-trains$/);
  assert.equal(added.headers.get("cache-control"), "no-store");
  assert.equal(failed.status, 422);
  assert.match(await failed.text(), /That podcast doesn(&#39;|')t seem to exist on the host(&#39;|')s servers \(404\)/);
  assert.equal(unknown.status, 404);
  assert.equal(wrong.status, 400);
});

test("admin-directory-search says what is wrong without a query", async () => {
  const { DATABASE_URL } = environment;
  const { code, stderr } = await callArtifact({
    name: "admin-directory-search",
    params: "{}",
    environment: { DATABASE_URL },
  });

  assert.equal(code, 1);
  assert.match(stderr, /Missing parameter "query"/);
});
