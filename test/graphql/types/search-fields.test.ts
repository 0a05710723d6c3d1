import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import { createContext } from "../../support/context.ts";
import { itunesHit, itunesReply, startItunes } from "../../support/itunes.ts";
import { fetch } from "../../support/loopback.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertEpisode, insertPodcast } from "../../support/rows.ts";
import { writeDocuments } from "../../support/write-documents.ts";
import { ask } from "../api.ts";

const itunes = await startItunes();
after(itunes.close);
const environment = { PODCORE_DIRECTORY_URL: itunes.url };
const databaseUrl = await createDatabase();
const ctx = createContext({ databaseUrl, environment, fetch });

beforeEach(async () => {
  itunes.requests.splice(0);
  await ctx.db.once.execute(sql`truncate podcast, directory_search, directory_podcast, rate_limit cascade`);
});

test("searchPodcasts finds a misspelt title, and pages", async () => {
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.push(String(await insertPodcast(ctx.db, { title: "Lighthouse" })));
  await writeDocuments(ctx);
  const query = `query ($after: String) { searchPodcasts(query: "ligthouse", first: 2, after: $after) {
    nodes { id title } pageInfo { hasNextPage endCursor } } }`;

  const first = await ask(ctx, query);
  const after = first.body.data.searchPodcasts.pageInfo.endCursor;
  const second = await ask(ctx, { query, variables: { after } });

  const pages = [first, second].map(({ body }) => body.data.searchPodcasts);
  assert.deepEqual(
    pages.flatMap(({ nodes }) => nodes),
    ids.map((id) => ({ id, title: "Lighthouse" })),
  );
  assert.deepEqual(
    pages.map(({ pageInfo }) => pageInfo.hasNextPage),
    [true, false],
  );
});

test("searchEpisodes finds words of the notes, and gives the fields that are asked for", async () => {
  const podcastId = await insertPodcast(ctx.db, { title: "Night Trains" });
  const id = await insertEpisode(ctx.db, {
    podcastId,
    title: "One",
    descriptionHtml: "<p>Over the Brenner</p>",
    season: 2,
  });
  await writeDocuments(ctx);

  const { body } = await ask(
    ctx,
    '{ searchEpisodes(query: "BRENNER") { nodes { id season description podcast { title } } } }',
  );

  assert.deepEqual(body.data.searchEpisodes.nodes, [
    { id: String(id), season: 2, description: "<p>Over the Brenner</p>", podcast: { title: "Night Trains" } },
  ]);
});

test("a search that takes too long is null, and the rest of the response stays", async () => {
  const podcastId = await insertPodcast(ctx.db, { title: "Night Trains" });
  await insertEpisode(ctx.db, { podcastId, title: "One" });
  await writeDocuments(ctx);
  const locking = createContext({ databaseUrl });

  const { body } = await locking.db.once.transaction(async (tx) => {
    await tx.once.execute(sql`lock table search_episode in access exclusive mode`);
    return ask(
      ctx,
      '{ searchEpisodes(query: "one") { nodes { id } } searchPodcasts(query: "night") { nodes { id } } }',
    );
  });

  assert.deepEqual(body.data, { searchEpisodes: null, searchPodcasts: { nodes: [{ id: String(podcastId) }] } });
  assert.equal(body.errors?.[0]?.extensions?.status, 422);
});

test("searchEpisodes searches the episodes of one podcast", async () => {
  const [podcastId, otherId] = [await insertPodcast(ctx.db), await insertPodcast(ctx.db)];
  const id = await insertEpisode(ctx.db, { podcastId, title: "Tide" });
  await insertEpisode(ctx.db, { podcastId: otherId, title: "Tide" });
  await writeDocuments(ctx);

  const { body } = await ask(ctx, `{ searchEpisodes(query: "tide", podcastId: "${podcastId}") { nodes { id } } }`);

  assert.deepEqual(body.data.searchEpisodes.nodes, [{ id: String(id) }]);
});

test("directorySearch lists what the directory answers, with the podcast that is stored", async () => {
  const id = await insertPodcast(ctx.db, { title: "Stored" });
  itunes.answer(
    itunesReply(
      itunesHit({ feedUrl: `https://feeds.example.com/${id}` }),
      itunesHit({ collectionId: 2, artistName: undefined }),
    ),
  );

  const { body } = await ask(
    ctx,
    '{ directorySearch(query: "trains") { title author feedUrl imageUrl podcast { title } } }',
  );

  const imageUrl = "https://art.example.com/600.jpg";
  assert.deepEqual(body.data.directorySearch, [
    {
      ...{ title: "Night Trains", author: "Ada Example", imageUrl, podcast: { title: "Stored" } },
      feedUrl: `https://feeds.example.com/${id}`,
    },
    {
      ...{ title: "Night Trains", author: null, imageUrl, podcast: null },
      feedUrl: "https://feeds.example.com/night-trains",
    },
  ]);
});

test("directorySearch says so, when the directory does not answer or was asked too often", async () => {
  itunes.answer({ status: 403 });
  const query = '{ directorySearch(query: "trains") { id } }';

  const failed = await ask(ctx, query);
  await ctx.db.once.execute(sql`update rate_limit set num_taken = 1000`);
  const busy = await ask(ctx, query);

  assert.equal(failed.body.errors?.[0]?.message, "Cannot search the directory: it is not responding");
  assert.equal(busy.body.errors?.[0]?.message, "Cannot search the directory: too many requests");
  assert.deepEqual(busy.body.errors?.[0]?.extensions, { status: 429, retryAfterSeconds: 60 });
});

test("a search without words, or with too many, is told what is wrong with it", async () => {
  for (const field of ["searchPodcasts", "searchEpisodes"]) {
    const { body } = await ask(ctx, `{ ${field}(query: " ") { nodes { id } } }`);
    assert.equal(body.errors?.[0]?.message, 'Bad request: Missing parameter "query"');
  }
  const { body } = await ask(ctx, `{ directorySearch(query: "${"x".repeat(101)}") { id } }`);
  assert.match(body.errors?.[0]?.message ?? "", /^Bad request: Error parsing parameter "query": longer than 100/);
});

test("searches count as the lists that they are", async () => {
  const inner = "{ nodes { episodes(first: 51) { nodes { id } } } }";
  const episodes = await ask(ctx, `{ searchPodcasts(query: "x", first: 100) ${inner} }`);
  const listed =
    "{ podcast { episodes(first: 100) { nodes { episodesOf: podcast { episodes(first: 2) { nodes { id } } } } } } }";
  const directory = await ask(ctx, `{ directorySearch(query: "x") ${listed} }`);

  assert.equal(episodes.status, 400);
  assert.match(episodes.body.errors?.[0]?.message ?? "", /with 5200 podcasts and episodes/);
  assert.equal(directory.status, 400);
  assert.deepEqual(itunes.terms(), []);
});
