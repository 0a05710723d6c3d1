import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "drizzle-orm";
import { job, transcript } from "../../../shared/db/schema.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertEpisode, insertPodcast } from "../../support/rows.ts";
import { ask } from "../api.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const VTT = "https://example.com/1.vtt";
const JSON_FILE = "https://example.com/1.json";

async function insertFiles({ isPrivate = false } = {}) {
  const podcastId = await insertPodcast(ctx.db, { isPrivate });
  const namespace = { transcripts: [{ url: VTT }], chapters: { url: JSON_FILE } };
  const chapters = [{ startSeconds: 9, title: "In the feed" }];
  const id = await insertEpisode(ctx.db, { podcastId, namespace, chapters });
  return { podcastId, id };
}

async function storeFiles(id: number): Promise<void> {
  await ctx.db.once.execute(sql`
    insert into episode_file (episode_id, kind, links, item_sha256, checked_at, url, chapters, kept_until)
    values (${id}::bigint, 'transcript', '[]', sha256(''), podcore_now(), ${VTT}::text, null, 'infinity'),
      (${id}::bigint, 'chapters', '{}', sha256(''), podcore_now(), ${JSON_FILE}::text, '[{"startSeconds": 5, "title": "In the file"}]', 'infinity')
    on conflict (episode_id, kind) do update set url = excluded.url, chapters = excluded.chapters`);
  const segments = Array.from({ length: 250 }, (_, i) => ({ startSeconds: i, speaker: "Ada", text: `Text ${i}` }));
  await ctx.db.once.insert(transcript).values({ episodeId: id, type: "text/vtt", language: "en", segments, text: "" });
}

const FIELDS =
  "chapters { startSeconds title } chaptersUrl transcript { language type url numSegments segments(first: 2, after: 1) { startSeconds endSeconds speaker text } }";

test("an episode has the chapters and the transcript of its files, once they were fetched", async () => {
  const { id } = await insertFiles();

  const before = await ask(ctx, `{ episodeById(id: "${id}") { ${FIELDS} } }`);
  await storeFiles(id);
  const later = await ask(ctx, `{ episodeById(id: "${id}") { ${FIELDS} } }`);

  assert.deepEqual(before.body.data.episodeById, {
    chapters: [{ startSeconds: 9, title: "In the feed" }],
    chaptersUrl: null,
    transcript: null,
  });
  assert.deepEqual(later.body.data.episodeById, {
    chapters: [{ startSeconds: 5, title: "In the file" }],
    chaptersUrl: JSON_FILE,
    transcript: {
      language: "en",
      type: "text/vtt",
      url: VTT,
      numSegments: 250,
      segments: [
        { startSeconds: 1, endSeconds: null, speaker: "Ada", text: "Text 1" },
        { startSeconds: 2, endSeconds: null, speaker: "Ada", text: "Text 2" },
      ],
    },
  });
});

test("episodeById has an episode's files fetched; lists do not", async () => {
  const { id, podcastId } = await insertFiles();
  await ctx.db.once.delete(job);

  await ask(ctx, `{ episodes(podcastId: "${podcastId}") { nodes { transcript { url } } } }`);
  const numListed = (await ctx.db.once.select().from(job)).length;
  await ask(ctx, `{ episodeById(id: "${id}") { title } }`);

  assert.deepEqual([numListed, (await ctx.db.once.select().from(job)).length], [0, 2]);
});

test("a private podcast's files are neither shown nor fetched for others", async () => {
  const { id } = await insertFiles({ isPrivate: true });
  await storeFiles(id);
  await ctx.db.once.delete(job);

  const { body } = await ask(ctx, `{ episodeById(id: "${id}") { ${FIELDS} } }`);

  assert.deepEqual(body, { data: { episodeById: null } });
  assert.deepEqual(await ctx.db.once.select().from(job), []);
});

test("segments are listed by pages of up to 100, each of which counts", async () => {
  const { id, podcastId } = await insertFiles();
  await storeFiles(id);
  const query = (args: string) => `{ episodeById(id: "${id}") { transcript { segments${args} { text } } } }`;

  const first = await ask(ctx, query(""));
  const all = await ask(ctx, query("(first: 100)"));
  const last = await ask(ctx, query("(after: 200, first: 100)"));
  const past = await ask(ctx, query("(after: 300)"));
  const negative = await ask(ctx, query("(after: -1)"));
  const tooMany = await ask(ctx, query("(first: 101)"));
  const tooHeavy = await ask(
    ctx,
    `{ episodes(podcastId: "${podcastId}", first: 100) { nodes { transcript { segments { text } } } } }`,
  );

  const lengthOf = ({ body }: typeof first) => body.data.episodeById.transcript.segments.length;
  assert.deepEqual([first, all, last, past].map(lengthOf), [50, 100, 50, 0]);
  assert.match(JSON.stringify(negative.body), /Error parsing parameter \\"after\\"/);
  assert.match(JSON.stringify(tooMany.body), /not a number from 1 to 100/);
  assert.match(JSON.stringify(tooHeavy.body), /at most 5000 are allowed/);
});
