import assert from "node:assert/strict";
import { test } from "node:test";
import episodeGet from "../../../functions/web/episode-get.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertEpisode, insertPodcast } from "../../support/rows.ts";
import { callPage } from "./call.ts";

const ctx = createContext({
  databaseUrl: await createDatabase(),
  environment: { PODCORE_PUBLIC_URL: "https://podcore.example.com" },
});

function callEpisode(podcastId: number | string, id: number | string) {
  const params = { podcastId: String(podcastId), id: String(id) };
  return callPage(episodeGet, { ctx, path: `/podcasts/${podcastId}/episodes/${id}`, params });
}

test("episode-get shows an episode under any slugs, and names the right ones", async () => {
  const podcastId = await insertPodcast(ctx.db, { title: "Night Trains" });
  const id = await insertEpisode(ctx.db, { podcastId, title: "Vienna to Venice" });

  const page = await callEpisode(`${podcastId}-x`, `${id}-y`);

  const path = `/podcasts/${podcastId}-night-trains/episodes/${id}-vienna-to-venice`;
  assert.ok(page.body.toString().includes(`<link rel="canonical" href="https://podcore.example.com${path}">`));
});

test("episode-get answers 404 unless both ids match", async () => {
  const podcastId = await insertPodcast(ctx.db, {});
  const otherId = await insertPodcast(ctx.db, {});
  const privateId = await insertPodcast(ctx.db, { isPrivate: true });
  const id = await insertEpisode(ctx.db, { podcastId });
  const privateEpisodeId = await insertEpisode(ctx.db, { podcastId: privateId });

  assert.equal((await callEpisode(podcastId, id)).status ?? 200, 200);
  for (const [podcast, episode] of [
    [otherId, id],
    [podcastId, 4_000_000_000],
    [privateId, privateEpisodeId],
  ] as const) {
    await assert.rejects(callEpisode(podcast, episode), {
      status: 404,
      message: `Not found: resource "episode" with ID ${episode} was not found.`,
    });
  }
});

test("episode-get answers 400 for what is no id", async () => {
  await assert.rejects(callEpisode("x", 1), { status: 400, message: /parameter "podcast_id"/ });
  await assert.rejects(callEpisode(1, "x"), { status: 400, message: /parameter "id"/ });
});
