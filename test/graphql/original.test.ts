import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import { account, accountEpisode, accountPodcast } from "../../shared/db/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertAccount, insertEpisode, insertPodcast } from "../support/rows.ts";
import { ask, get } from "./api.ts";

// The API as apps of 2018 ask it: each query and mutation of the original, with all the fields that it had.

const visitor = createContext({ databaseUrl: await createDatabase() });
const { db } = visitor;
let ctx: typeof visitor;
let accountId: number;
let podcastId: number;
let episodeId: number;

beforeEach(async () => {
  await db.once.execute(sql`truncate podcast, account restart identity cascade`);
  accountId = await insertAccount(db);
  podcastId = await insertPodcast(db, {
    title: "Title",
    language: "en",
    linkUrl: "https://example.com/",
    imageUrl: "https://example.com/i.png",
  });
  episodeId = await insertEpisode(db, {
    podcastId,
    title: "Episode",
    descriptionHtml: "<p>Notes</p>",
    isExplicit: true,
    linkUrl: "https://example.com/1",
  });
  const caller = { ...visitor.caller, account: { id: accountId, email: null } };
  ctx = visitor.with({ caller });
});

const FAVORITE =
  "mutation ($episodeId: String!, $favorited: Boolean!) { accountPodcastEpisodeFavoritedUpdate(episodeId: $episodeId, favorited: $favorited) { id episodeId favorited played } }";
const PLAYED =
  "mutation ($episodeId: String!, $played: Boolean!) { accountPodcastEpisodePlayedUpdate(episodeId: $episodeId, played: $played) { id episodeId favorited played } }";
const SUBSCRIBED =
  "mutation ($podcastId: String!, $subscribed: Boolean) { accountPodcastUpdate(podcastId: $podcastId, subscribed: $subscribed) { id accountId podcastId } }";

test("query apiVersion", async () => {
  const { body } = await ask(visitor, "{ apiVersion }");

  assert.deepEqual(body, { data: { apiVersion: "1.0" } });
});

test("query podcast, with every field of the original's Podcast", async () => {
  const { body } = await ask(visitor, "query { podcast { id imageUrl language linkUrl title } }");

  assert.deepEqual(body.data.podcast, [
    {
      id: String(podcastId),
      imageUrl: "https://example.com/i.png",
      language: "en",
      linkUrl: "https://example.com/",
      title: "Title",
    },
  ]);
});

test("query episode, with every field of the original's Episode", async () => {
  const { body } = await ask(visitor, {
    query:
      "query Episodes($podcastId: String!) { episode(podcastId: $podcastId) { id description explicit linkUrl mediaUrl podcastId publishedAt title } }",
    variables: { podcastId: String(podcastId) },
  });

  assert.deepEqual(body.data.episode, [
    {
      ...{ id: String(episodeId), description: "<p>Notes</p>", explicit: true, linkUrl: "https://example.com/1" },
      ...{ mediaUrl: "https://example.com/1.mp3", podcastId: String(podcastId), title: "Episode" },
      publishedAt: "2018-04-21T09:30:00.000Z",
    },
  ]);
});

test("mutation accountPodcastEpisodeFavoritedUpdate", async () => {
  const variables = { episodeId: String(episodeId) };

  const on = await ask(ctx, { query: FAVORITE, variables: { ...variables, favorited: true } });
  const off = await ask(ctx, { query: FAVORITE, variables: { ...variables, favorited: false } });

  const [row] = await db.once.select().from(accountEpisode);
  const expected = { id: String(row?.id), episodeId: String(episodeId), played: false };
  assert.deepEqual(on.body, { data: { accountPodcastEpisodeFavoritedUpdate: { ...expected, favorited: true } } });
  assert.deepEqual(off.body, { data: { accountPodcastEpisodeFavoritedUpdate: { ...expected, favorited: false } } });
  assert.equal(row?.positionSeconds, 0);
});

test("mutation accountPodcastEpisodePlayedUpdate", async () => {
  const variables = { episodeId: String(episodeId) };

  const on = await ask(ctx, { query: PLAYED, variables: { ...variables, played: true } });
  const [played] = await db.once.select().from(accountEpisode);
  const off = await ask(ctx, { query: PLAYED, variables: { ...variables, played: false } });
  const [unplayed] = await db.once.select().from(accountEpisode);

  const expected = { id: String(played?.id), episodeId: String(episodeId), favorited: false };
  assert.deepEqual(on.body, { data: { accountPodcastEpisodePlayedUpdate: { ...expected, played: true } } });
  assert.deepEqual(off.body, { data: { accountPodcastEpisodePlayedUpdate: { ...expected, played: false } } });
  assert.deepEqual([played?.positionSeconds, unplayed?.positionSeconds], [null, 0]);
});

test("mutation accountPodcastUpdate subscribes, unsubscribes, and without subscribed does nothing", async () => {
  const variables = { podcastId: String(podcastId) };

  const never = await ask(ctx, { query: SUBSCRIBED, variables: { ...variables, subscribed: false } });
  const on = await ask(ctx, { query: SUBSCRIBED, variables: { ...variables, subscribed: true } });
  const omitted = await ask(ctx, { query: SUBSCRIBED, variables });
  const off = await ask(ctx, { query: SUBSCRIBED, variables: { ...variables, subscribed: false } });

  const [row] = await db.once.select().from(accountPodcast);
  const held = { id: String(row?.id), accountId: String(accountId), podcastId: String(podcastId) };
  assert.deepEqual(
    [never, on, omitted, off].map(({ body }) => body),
    [null, held, null, held].map((it) => ({ data: { accountPodcastUpdate: it } })),
  );
  const [{ sequence } = assert.fail()] = await db.once.select().from(account);
  assert.equal(sequence, 2);
});

const failures: [name: string, query: string, variables: object, message: string][] = [
  [
    "a favourite",
    FAVORITE,
    { episodeId: "x", favorited: true },
    'Bad request: Error parsing parameter "episode_id": not an ID: "x"',
  ],
  [
    "a favourite",
    FAVORITE,
    { episodeId: "999", favorited: true },
    'Not found: resource "episode" with ID 999 was not found.',
  ],
  [
    "played",
    PLAYED,
    { episodeId: "", played: true },
    'Bad request: Error parsing parameter "episode_id": not an ID: ""',
  ],
  [
    "played",
    PLAYED,
    { episodeId: "9223372036854775807", played: true },
    'Not found: resource "episode" with ID 9223372036854775807 was not found.',
  ],
  [
    "a subscription",
    SUBSCRIBED,
    { podcastId: "1.5", subscribed: true },
    'Bad request: Error parsing parameter "podcast_id": not an ID: "1.5"',
  ],
  [
    "a subscription",
    SUBSCRIBED,
    { podcastId: "999", subscribed: true },
    'Not found: resource "podcast" with ID 999 was not found.',
  ],
];

for (const [name, query, variables, message] of failures) {
  test(`a mutation of ${name} with ${JSON.stringify(variables)} fails in the original's words`, async () => {
    const { status, body } = await ask(ctx, { query, variables: { ...variables } });

    assert.equal(status, 200);
    assert.equal(body.errors?.[0]?.message, message);
    assert.equal(body.data?.accountPodcastUpdate ?? null, null);
    assert.deepEqual(await db.once.select().from(accountEpisode), []);
  });
}

test("a mutation without an account is a 401, and nothing of it runs", async () => {
  const query = `mutation { accountPodcastUpdate(podcastId: "${podcastId}", subscribed: true) { id } }`;

  const { status, headers, body } = await ask(visitor, query);

  assert.equal(status, 401);
  assert.equal(headers["www-authenticate"], "Bearer");
  assert.deepEqual(body, {
    errors: [{ message: "Unauthorized: You need to present valid credentials to access this endpoint." }],
  });
  assert.deepEqual(await db.once.select().from(accountPodcast), []);
});

test("a mutation over GET is a 405, with an account too", async () => {
  const params = { query: `mutation { accountPodcastUpdate(podcastId: "${podcastId}", subscribed: true) { id } }` };

  const { status } = await get(ctx, { params });

  assert.equal(status, 405);
  assert.deepEqual(await db.once.select().from(accountPodcast), []);
});
