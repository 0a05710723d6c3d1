import assert from "node:assert/strict";
import { test } from "node:test";
import podcastGet from "../../../functions/web/podcast-get.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertEpisodes, insertPodcast } from "../../support/rows.ts";
import { callPage, linksIn } from "./call.ts";

const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl, environment: { PODCORE_PUBLIC_URL: "https://podcore.example.com/" } });

test("podcast-get shows a podcast under any slug, and names the right one", async () => {
  const id = await insertPodcast(ctx.db, { title: "Night Trains: the Show" });

  for (const segment of [`${id}`, `${id}-night-trains`, `${id}-an-old-title`]) {
    const page = await callPage(podcastGet, { ctx, path: `/podcasts/${segment}`, params: { id: segment } });

    const body = page.body.toString();
    assert.ok(body.includes(`<link rel="canonical" href="https://podcore.example.com/podcasts/${id}-night-trains">`));
    assert.ok(body.includes(`type="application/rss+xml" href="https://feeds.example.com/${id}"`));
    assert.match(body, /<h1[^>]*>Night Trains: the Show<\/h1>/);
    assert.match(body, /No episodes/);
  }
});

test("podcast-get lists the newest 50 episodes, and the older ones on the next page", async () => {
  const id = await insertPodcast(ctx.db, { title: "Daily" });
  await insertEpisodes(ctx.db, { podcastId: id, count: 52 });
  const path = `/podcasts/${id}-daily`;

  const first = await callPage(podcastGet, { ctx, path, params: { id: `${id}` } });
  const [next = "none"] = linksIn(first, `${path}?after=`);
  const second = await callPage(podcastGet, { ctx, path: next, params: { id: `${id}` } });

  const newest = linksIn(first, `${path}/episodes/`);
  assert.equal(newest.length, 50);
  assert.match(newest[0] ?? "", /-episode-52$/);
  assert.match(newest[49] ?? "", /-episode-3$/);
  assert.deepEqual(
    linksIn(second, `${path}/episodes/`).map((href) => /-episode-\d+$/.exec(href)?.[0]),
    ["-episode-2", "-episode-1"],
  );
  assert.deepEqual(linksIn(second, path).slice(-1), [path]);
});

test("podcast-get answers 404 for an unknown and for a private podcast", async () => {
  const id = await insertPodcast(ctx.db, { title: "Secret", isPrivate: true });

  for (const unknown of [id, 4_000_000_000]) {
    await assert.rejects(callPage(podcastGet, { ctx, path: "/podcasts/x", params: { id: `${unknown}-secret` } }), {
      status: 404,
      message: `Not found: resource "podcast" with ID ${unknown} was not found.`,
    });
  }
});

test("podcast-get answers 400 for what is no id, and for a cursor that is not its own", async () => {
  const id = await insertPodcast(ctx.db, {});

  await assert.rejects(callPage(podcastGet, { ctx, path: "/podcasts/x", params: { id: "night-trains" } }), {
    status: 400,
  });
  await assert.rejects(callPage(podcastGet, { ctx, path: "/podcasts/x?after=%22", params: { id: `${id}` } }), {
    status: 400,
  });
});
