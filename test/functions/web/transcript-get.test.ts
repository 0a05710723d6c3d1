import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "drizzle-orm";
import episodeGet from "../../../functions/web/episode-get.ts";
import transcriptGet from "../../../functions/web/transcript-get.ts";
import { job, transcript } from "../../../shared/db/schema.ts";
import type { Segment } from "../../../shared/feed/files/segments.ts";
import type { EpisodeNamespace } from "../../../shared/feed/model.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertEpisode, insertPodcast } from "../../support/rows.ts";
import { callPage, linksIn } from "./call.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const FILE = "https://example.com/1.vtt";
const NAMESPACE: Partial<EpisodeNamespace> = {
  transcripts: [{ url: FILE }],
  chapters: { url: "https://example.com/1.json" },
};

async function insertTranscript(segments: Segment[], { podcastId }: { podcastId: number }): Promise<number> {
  const id = await insertEpisode(ctx.db, { podcastId, title: "Vienna", namespace: NAMESPACE });
  await ctx.db.once.execute(sql`
    insert into episode_file (episode_id, kind, links, item_sha256, checked_at, url, chapters, kept_until)
    select id, kind, namespace -> case kind when 'chapters' then 'chapters' else 'transcripts' end, item_sha256,
      podcore_now(), ${FILE}::text, case kind when 'chapters' then '[{"startSeconds": 5, "title": "From the file"}]'::jsonb end, 'infinity'
    from episode, (values ('chapters'), ('transcript')) kinds (kind) where id = ${id}::bigint`);
  await ctx.db.once.insert(transcript).values({ episodeId: id, type: "text/vtt", segments, text: "" });
  return id;
}

function callTranscript(podcastId: number, id: number, after?: string) {
  const path = `/podcasts/${podcastId}/episodes/${id}/transcript${after === undefined ? "" : `?after=${after}`}`;
  return callPage(transcriptGet, { ctx, path, params: { podcastId: String(podcastId), id: String(id) } });
}

function callEpisode(podcastId: number, id: number) {
  const params = { podcastId: String(podcastId), id: String(id) };
  return callPage(episodeGet, { ctx, path: `/podcasts/${podcastId}/episodes/${id}`, params });
}

test("transcript-get shows speakers and positions that play from there, with a player", async () => {
  const podcastId = await insertPodcast(ctx.db);
  const segments = [
    { startSeconds: 61.5, speaker: "Ada <b>", text: "Good evening." },
    { startSeconds: 63, speaker: "Ada <b>", text: "Welcome." },
    { startSeconds: 65, speaker: "Bo", text: "Hello." },
  ];
  const id = await insertTranscript(segments, { podcastId });

  const body = (await callTranscript(podcastId, id)).body.toString();

  assert.ok(
    body.includes(
      `<a href="https://example.com/1.mp3#t=61.5">1:01</a></span><strong>Ada &lt;b&gt;:</strong> Good evening. Welcome.</p>`,
    ),
  );
  assert.ok(body.includes("<strong>Bo:</strong> Hello.</p>"));
  assert.ok(body.includes("<audio "));
});

test("transcript-get has as many pages as the transcript needs, none of them heavy", async () => {
  const podcastId = await insertPodcast(ctx.db);
  const segments = Array.from({ length: 1_200 }, (_, i) => ({ text: `${i} ${"w".repeat(400)}` }));
  const id = await insertTranscript(segments, { podcastId });

  const seen: number[] = [];
  let after: string | undefined;
  do {
    const page = await callTranscript(podcastId, id, after);
    const body = page.body.toString();
    assert.ok(body.length < 150_000);
    seen.push(...[...body.matchAll(/<p>(\d+) w/g)].map(([, number]) => Number(number)));
    after = linksIn(page, "/podcasts/")
      .flatMap((href) => /after=(\d+)/.exec(href)?.[1] ?? [])
      .at(-1);
  } while (after !== undefined);

  assert.deepEqual(
    seen,
    segments.map((_, i) => i),
  );
});

test("transcript-get answers 404 without a transcript, for what the caller may not see, and once the item links to none", async () => {
  const podcastId = await insertPodcast(ctx.db);
  const privateId = await insertPodcast(ctx.db, { isPrivate: true });
  const without = await insertEpisode(ctx.db, { podcastId });
  const hidden = await insertTranscript([{ text: "a" }], { podcastId: privateId });
  const unlinked = await insertTranscript([{ text: "a" }], { podcastId });
  await ctx.db.once.execute(sql`
    update episode set namespace = jsonb_set(namespace, '{transcripts}', '[]') where id = ${unlinked}::bigint`);

  for (const [podcast, episode] of [
    [podcastId, without],
    [privateId, hidden],
    [podcastId, hidden],
    [podcastId, unlinked],
  ] as const)
    await assert.rejects(callTranscript(podcast, episode), { status: 404 });
  await assert.rejects(callTranscript(podcastId, without, "x"), { status: 400, message: /parameter "after"/ });
});

test("episode-get shows the chapters of the file, and links to the transcript", async () => {
  const podcastId = await insertPodcast(ctx.db, { title: "Night Trains" });
  const id = await insertTranscript([{ text: "a" }], { podcastId });

  const page = await callEpisode(podcastId, id);

  assert.ok(page.body.toString().includes("From the file"));
  assert.deepEqual(
    linksIn(page, "/podcasts/").filter((href) => href.endsWith("/transcript")),
    [`/podcasts/${podcastId}-night-trains/episodes/${id}-vienna/transcript`],
  );
});

test("episode-get has an episode's files fetched, and shows the page without them", async () => {
  const podcastId = await insertPodcast(ctx.db);
  const id = await insertEpisode(ctx.db, { podcastId, namespace: NAMESPACE });
  await ctx.db.once.delete(job);

  const page = await callEpisode(podcastId, id);

  assert.equal(page.status ?? 200, 200);
  assert.deepEqual((await ctx.db.once.select().from(job)).map(({ name, args }) => [name, args]).sort(), [
    ["episode_file", { episodeId: id, kind: "chapters" }],
    ["episode_file", { episodeId: id, kind: "transcript" }],
  ]);
});
