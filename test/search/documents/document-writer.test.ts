import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { eq, sql } from "drizzle-orm";
import { episode, podcast, searchEpisode } from "../../../shared/db/schema.ts";
import * as documentWriter from "../../../shared/search/documents/document-writer.ts";
import { searchEpisodes } from "../../../shared/search/search-episodes.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertEpisode, insertEpisodes, insertPodcast } from "../../support/rows.ts";
import { writeDocuments } from "../../support/write-documents.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });
const { db } = ctx;

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, search_pending, search_word cascade`);
});

async function search(query: string, podcastId?: number): Promise<number[]> {
  const edges = await searchEpisodes(db, { query, podcastId, accountId: undefined, first: 20 });
  return edges.map(({ node }) => node);
}

async function count(table: string): Promise<number> {
  const [row] = await db.once.execute<{ num: number }>(sql`select count(*)::int as num from ${sql.raw(table)}`);
  return row?.num ?? 0;
}

test("run() writes what was inserted, whatever code inserted it, and leaves nothing pending", async () => {
  const podcastId = await insertPodcast(db);
  const id = await insertEpisode(db, { podcastId, title: "Quillwort" });
  assert.deepEqual(await search("quillwort"), []);

  const first = await documentWriter.run(ctx, { budgetMs: 60_000 });
  const second = await documentWriter.run(ctx, { budgetMs: 60_000 });

  assert.deepEqual(await search("quillwort"), [id]);
  assert.deepEqual([first.numWritten, second.numWritten], [2, 0]);
});

test("run() writes what has changed: title, names, notes, persons, date and podcast", async () => {
  const [podcastId, otherId] = [await insertPodcast(db), await insertPodcast(db)];
  const id = await insertEpisode(db, { podcastId, title: "Before" });
  await writeDocuments(ctx);

  const set = async (values: Partial<typeof episode.$inferInsert>) => {
    await db.once.update(episode).set(values).where(eq(episode.id, id));
    await writeDocuments(ctx);
  };
  await set({ title: "After" });
  assert.deepEqual([await search("before"), await search("after")], [[], [id]]);
  await set({ author: "Bo Example", descriptionHtml: "<p>Horsetail &amp; fern</p>" });
  assert.deepEqual([await search("bo example"), await search("horsetail fern")], [[id], [id]]);
  const namespace = { persons: [{ name: "Żaneta Q. Person" }], transcripts: [], soundbites: [], values: [], txts: [] };
  await set({ namespace });
  assert.deepEqual(await search("zaneta person"), [id]);
  await set({ podcastId: otherId });
  assert.deepEqual([await search("after", podcastId), await search("after", otherId)], [[], [id]]);
  await set({ publishedAt: new Date("2001-02-03") });
  const [row] = await db.once.select({ at: searchEpisode.publishedAt }).from(searchEpisode);
  assert.deepEqual(row?.at, new Date("2001-02-03"));
});

test("run() takes blocked and deleted episodes away", async () => {
  const podcastId = await insertPodcast(db);
  const id = await insertEpisode(db, { podcastId, title: "Quillwort" });
  const deletedId = await insertEpisode(db, { podcastId, title: "Quillwort" });
  await writeDocuments(ctx);

  await db.once.update(episode).set({ isBlocked: true }).where(eq(episode.id, id));
  await db.once.delete(episode).where(eq(episode.id, deletedId));
  await writeDocuments(ctx);

  assert.equal(await count("search_episode"), 0);
});

test("a crawl that changes nothing that is searched leaves nothing to write", async () => {
  const podcastId = await insertPodcast(db, { title: "Show" });
  const id = await insertEpisode(db, { podcastId });
  await writeDocuments(ctx);

  await db.once
    .update(episode)
    .set({ absentSince: new Date(), updatedAt: new Date(), mediaBytes: 1 })
    .where(eq(episode.id, id));
  await db.once
    .update(podcast)
    .set({ updatedAt: new Date(), imageUrl: "https://example.com/a.jpg" })
    .where(eq(podcast.id, podcastId));
  assert.equal(await count("search_pending"), 0);
  await db.once.update(podcast).set({ title: "Shows" }).where(eq(podcast.id, podcastId));
  assert.equal(await count("search_pending"), 1);
});

test("run() writes the last changes first, in parallel with other runs, and each once", async () => {
  const podcastId = await insertPodcast(db);
  await insertEpisodes(db, { podcastId, count: 250 });

  await documentWriter.run(ctx, { budgetMs: 0.000_1 });
  const [{ last } = { last: 0 }] = await db.once.execute<{ last: number }>(sql`
    select coalesce(min(e.id - d.episode_id), 0)::int as last from search_episode d, (select max(id) as id from episode) e`);
  const results = await Promise.all([1, 2, 3].map(() => documentWriter.run(ctx, { budgetMs: 60_000 })));

  assert.equal(last, 0);
  assert.equal(await count("search_pending"), 0);
  assert.equal(await count("search_episode"), 250);
  assert.equal(await count("search_podcast"), 1);
  assert.ok(results.length === 3);
});

test("run() writes documents of any text", async () => {
  const podcastId = await insertPodcast(db, { title: "\\N {}\",'\u{1f682}", author: "\t\\.", description: "\u0001" });
  const id = await insertEpisode(db, {
    podcastId,
    title: "💬 -- {1,2} \\ ' \"",
    publishedAt: new Date("0001-01-02T00:00:00Z"),
    descriptionHtml: `<a href="https://quillwort.example/">${"<b>".repeat(1_000)}x &lt;fern&gt; &#39;</a>`,
  });
  await writeDocuments(ctx);

  assert.deepEqual(await search("fern 1"), [id]);
  assert.deepEqual(await search("quillwort"), []);
});

test("run() makes an episode found by its transcript, while the feed links to one", async () => {
  const podcastId = await insertPodcast(db);
  const id = await insertEpisode(db, { podcastId, title: "Mosses" });
  const transcripts = [
    { url: "https://example.com/1.vtt", mediaType: "text/vtt", language: undefined, rel: undefined },
  ];
  const setTranscripts = async (linked: unknown[]) => {
    await db.once.execute(sql`
      update episode set namespace = jsonb_set(namespace, '{transcripts}', ${JSON.stringify(linked)}::jsonb)`);
    await writeDocuments(ctx);
  };
  await setTranscripts(transcripts);
  await db.once.execute(sql`
    insert into transcript (episode_id, type, segments, text) values (${id}, 'text/vtt', '[]', 'We met by the sporophyte.')`);
  await writeDocuments(ctx);
  const linked = await search("sporophyte");
  await db.once.execute(sql`update transcript set text = 'We met by the gametophyte.'`);
  await writeDocuments(ctx);
  const corrected = [await search("sporophyte"), await search("gametophyte")];
  await setTranscripts([]);
  const unlinked = await search("gametophyte");
  await setTranscripts(transcripts);
  await db.once.execute(sql`delete from transcript`);
  await writeDocuments(ctx);

  assert.deepEqual([linked, ...corrected, unlinked, await search("gametophyte")], [[id], [], [id], [], []]);
});
