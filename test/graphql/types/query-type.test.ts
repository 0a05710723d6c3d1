import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import { getNamedType, isCompositeType } from "graphql";
import { Episode, Podcast } from "../../../shared/graphql/types/node-types.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertEpisode, insertEpisodes, insertPodcast } from "../../support/rows.ts";
import { ask } from "../api.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });

beforeEach(async () => {
  await ctx.db.once.execute(sql`truncate podcast restart identity cascade`);
});

test("apiVersion is 1.0", async () => {
  const { status, body } = await ask(ctx, "{ apiVersion }");

  assert.equal(status, 200);
  assert.deepEqual(body, { data: { apiVersion: "1.0" } });
});

test("podcast lists the first 5 by title", async () => {
  for (const title of ["f", "B", "d", "a", "E", "c"]) await insertPodcast(ctx.db, { title });

  const { body } = await ask(ctx, "{ podcast { title } }");

  assert.deepEqual(
    body.data.podcast.map((it: { title: string }) => it.title),
    ["a", "B", "c", "d", "E"],
  );
});

test("podcast and podcasts leave out blocked and private ones; podcastById finds a blocked one", async () => {
  const blocked = await insertPodcast(ctx.db, { title: "Blocked", isBlocked: true });
  const hidden = await insertPodcast(ctx.db, { title: "Private", isPrivate: true });
  await insertPodcast(ctx.db, { title: "Public" });

  const { body } = await ask(
    ctx,
    `{
    podcast { title }
    podcasts { nodes { title } }
    blocked: podcastById(id: "${blocked}") { title }
    hidden: podcastById(id: "${hidden}") { title }
  }`,
  );

  assert.deepEqual(body, {
    data: {
      podcast: [{ title: "Public" }],
      podcasts: { nodes: [{ title: "Public" }] },
      blocked: { title: "Blocked" },
      hidden: null,
    },
  });
});

test("a private podcast's episodes are nowhere", async () => {
  const podcastId = await insertPodcast(ctx.db, { isPrivate: true });
  const id = await insertEpisode(ctx.db, { podcastId });

  const { body } = await ask(
    ctx,
    `{
    episode(podcastId: "${podcastId}") { id }
    episodes(podcastId: "${podcastId}") { nodes { id } }
    episodeById(id: "${id}") { id }
  }`,
  );

  assert.deepEqual(body, { data: { episode: [], episodes: { nodes: [] }, episodeById: null } });
});

test("episode lists the newest 50", async () => {
  const podcastId = await insertPodcast(ctx.db);
  await insertEpisodes(ctx.db, { podcastId, count: 52 });

  const { body } = await ask(ctx, `{ episode(podcastId: "${podcastId}") { title podcastId } }`);

  assert.equal(body.data.episode.length, 50);
  assert.deepEqual(body.data.episode[0], { title: "Episode 52", podcastId: String(podcastId) });
  assert.equal(body.data.episode[49].title, "Episode 3");
});

for (const id of ["999", "9223372036854775807", "-1", "+7"]) {
  test(`an ID that no podcast has, ${id}, finds nothing`, async () => {
    const { status, body } = await ask(ctx, {
      query:
        "query ($id: String!) { episode(podcastId: $id) { id } podcastById(id: $id) { id } episodeById(id: $id) { id } }",
      variables: { id },
    });

    assert.equal(status, 200);
    assert.deepEqual(body, { data: { episode: [], podcastById: null, episodeById: null } });
  });
}

for (const id of ["abc", "", "1.5", "1 ", "9223372036854775808", "0x10"]) {
  test(`an ID that is no 64-bit integer, "${id}", is an error of the field`, async () => {
    const query = "query ($id: String!) { episode(podcastId: $id) { id } }";

    const { status, body } = await ask(ctx, { query, variables: { id } });

    assert.equal(status, 200);
    assert.equal(body.data, null);
    assert.deepEqual(body.errors, [
      {
        message: "Error parsing podcast ID",
        locations: [{ line: 1, column: 24 }],
        path: ["episode"],
        extensions: { status: 400 },
      },
    ]);
  });
}

test("podcasts pages through all of them without gap or repetition, those of equal titles too", async () => {
  for (const title of ["Same", "same", "Same", "Ärger", "zoo", "Zoo", "alpha"]) await insertPodcast(ctx.db, { title });
  const query = `query ($after: String) {
    podcasts(first: 2, after: $after) { edges { cursor node { id title } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  }`;

  const titles: string[] = [];
  const ids = new Set<string>();
  let after: string | undefined;
  let numPages = 0;
  for (;;) {
    const { body } = await ask(ctx, { query, variables: { after } });
    const { edges, nodes, pageInfo } = body.data.podcasts;
    for (const { node } of edges) {
      titles.push(node.title);
      ids.add(node.id);
    }
    assert.deepEqual(
      nodes,
      edges.map((edge: { node: { id: string } }) => ({ id: edge.node.id })),
    );
    assert.equal(pageInfo.startCursor, edges[0].cursor);
    assert.equal(pageInfo.endCursor, edges.at(-1).cursor);
    assert.equal(pageInfo.hasPreviousPage, numPages > 0);
    numPages += 1;
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) break;
  }

  assert.equal(numPages, 4);
  assert.equal(ids.size, 7);
  assert.deepEqual(titles.map((title) => title.toLowerCase()).filter((title) => title === "same").length, 3);
  assert.equal(titles[0], "alpha");
});

test("episodes continues behind any edge's cursor, also among episodes of one instant", async () => {
  const podcastId = await insertPodcast(ctx.db);
  for (let i = 0; i < 5; i += 1) await insertEpisode(ctx.db, { podcastId, title: `Episode ${i}` });
  const query =
    "query ($id: String!, $after: String) { episodes(podcastId: $id, after: $after) { edges { cursor node { title } } } }";
  const all = await ask(ctx, { query, variables: { id: String(podcastId) } });
  const { edges } = all.body.data.episodes;

  const rest = await ask(ctx, { query, variables: { id: String(podcastId), after: edges[1].cursor } });

  assert.equal(edges.length, 5);
  assert.deepEqual(rest.body.data.episodes.edges, edges.slice(2));
});

test("an empty page has null cursors", async () => {
  const { body } = await ask(
    ctx,
    "{ podcasts { edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }",
  );

  assert.deepEqual(body.data.podcasts, {
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

for (const after of [
  "",
  "x",
  Buffer.from('["2020",1]').toString("base64url"),
  Buffer.from('["+010000-01-01T00:00:00.000Z",1]').toString("base64url"),
]) {
  test(`a cursor of no episode list, "${after}", is an error that names it`, async () => {
    const query = 'query ($after: String) { episodes(podcastId: "1", after: $after) { nodes { id } } }';

    const { status, body } = await ask(ctx, { query, variables: { after } });

    assert.equal(status, 200);
    assert.equal(
      body.errors?.[0]?.message,
      `Bad request: Error parsing parameter "after": not a cursor of this list: "${after}"`,
    );
  });
}

test("first null and after null mean what they mean when they are not given", async () => {
  const podcastId = await insertPodcast(ctx.db);
  await insertEpisodes(ctx.db, { podcastId, count: 25 });

  const { body } = await ask(ctx, `{ episodes(podcastId: "${podcastId}", first: null, after: null) { nodes { id } } }`);

  assert.equal(body.data.episodes.nodes.length, 20);
});

const INSTANT = new Date("2018-04-21T09:30:00.123Z");
const REMOTE = { feedGuid: "g", feedUrl: "https://example.com/r", itemGuid: "i", medium: "podcast", title: "R" };
const RECIPIENT = {
  name: "N",
  type: "node",
  address: "02d5",
  split: 99.5,
  fee: true,
  customKey: "k",
  customValue: "v",
};
const ALTERNATE = {
  ...{ type: "video/mp4", bytes: 5_000_000_000, bitrate: 128_000, height: 720, language: "en", title: "Video" },
  ...{ rel: "default", codecs: "avc1", isDefault: true, integrityType: "sri", integrityValue: "sha384-x" },
  sources: [{ uri: "ipfs://x", type: "video/mp4" }],
};
const SHARED = {
  socialInteracts: [
    {
      ...{ protocol: "activitypub", uri: "https://example.com/@a/1", priority: 1 },
      ...{ accountId: "@a", accountUrl: "https://example.com/@a" },
    },
  ],
  chat: { server: "irc.example.com", protocol: "irc", accountId: "@a", space: "#a" },
  images: [
    {
      ...{ url: "https://example.com/i.jpg", alt: "A", aspectRatio: "16/9", width: 1600, height: 900 },
      ...{ type: "image/jpeg", purposes: ["social"] },
    },
  ],
};
const PODCAST = {
  ...{ title: "Title", description: "Description", author: "Author", ownerName: "Owner", language: "en-us" },
  ...{
    copyright: "Copyright",
    linkUrl: "https://example.com/",
    imageUrl: "https://example.com/i.png",
    isExplicit: true,
  },
  categories: [{ name: "Society & Culture", subcategories: ["Documentary"] }],
  ...{
    itunesType: "serial",
    isComplete: true,
    newFeedUrl: "https://example.com/new",
    isLocked: false,
    feedKind: "atom",
  },
  ...{ podcastGuid: "917393e3-1b1e-5cef-ace4-edaa54e1f810", medium: "music", createdAt: INSTANT, updatedAt: INSTANT },
  lastSucceededAt: INSTANT,
  namespace: {
    funding: [{ url: "https://example.com/fund", message: "Fund" }],
    persons: [
      {
        name: "Name",
        role: "guest",
        group: "cast",
        imageUrl: "https://example.com/p.png",
        linkUrl: "https://example.com/p",
      },
    ],
    location: { name: "Austin", geo: "geo:30.2672,97.7431", osm: "R113314", rel: "subject", country: "us" },
    otherLocations: [{ name: "Paris", geo: "geo:48,2", osm: "W5013364", rel: "creator", country: "fr" }],
    remoteItems: [REMOTE],
    publisher: REMOTE,
    updateFrequency: { text: "Weekly", rrule: "FREQ=WEEKLY", startAt: INSTANT.toISOString(), isComplete: false },
    usesPodping: true,
    ...SHARED,
    license: { identifier: "cc-by-4.0", url: "https://example.com/license" },
    values: [
      {
        ...{ type: "lightning", method: "keysend", suggested: "0.00000005000" },
        recipients: [RECIPIENT],
        timeSplits: [
          {
            ...{ startSeconds: 1.5, durationSeconds: 30, remoteStartSeconds: 2.5, remotePercentage: 95 },
            ...{ remoteItem: REMOTE, recipients: [RECIPIENT] },
          },
        ],
      },
    ],
    trailers: [
      {
        title: "T",
        url: "https://example.com/t.mp3",
        publishedAt: INSTANT.toISOString(),
        mediaType: "audio/mpeg",
        mediaBytes: 5_000_000_000,
        season: 2,
      },
    ],
    liveItems: [
      {
        ...{
          status: "live",
          startAt: INSTANT.toISOString(),
          endAt: "no date",
          guid: "g",
          title: "L",
          linkUrl: "https://example.com/l",
        },
        ...{ mediaUrl: "https://example.com/l.mp3", mediaType: "audio/mpeg" },
        contentLinks: [{ url: "https://example.com/chat", text: "Chat" }],
        ...{ description: "D", imageUrl: "https://example.com/l.png", persons: [], values: [] },
        ...{ alternateEnclosures: [ALTERNATE], ...SHARED },
      },
    ],
    podroll: [REMOTE],
    txts: [{ purpose: "verify", value: "v" }],
  },
  extras: { itunesTitle: "Apple's", subtitle: "Subtitle", keywords: ["one", "two"], generator: "Generator" },
} as const;
const EPISODE = {
  ...{
    guid: "the guid",
    title: "Title",
    publishedAt: INSTANT,
    descriptionSource: "<p onclick=x>Source",
    descriptionHtml: "<p>Html</p>",
  },
  ...{
    author: "Author",
    linkUrl: "https://example.com/e",
    imageUrl: "https://example.com/e.png",
    mediaUrl: "https://example.com/e.mp3",
  },
  ...{
    mediaType: "audio/mpeg",
    mediaBytes: 5_000_000_000,
    durationSeconds: 3_600,
    isExplicit: false,
    isBlocked: false,
  },
  ...{ season: 3, seasonName: "Three", episodeNumber: 3.5, episodeDisplay: "Ch.3", episodeType: "bonus" },
  chapters: [
    { startSeconds: 1.5, title: "C", linkUrl: "https://example.com/c", imageUrl: "https://example.com/c.png" },
  ],
  ...{ createdAt: INSTANT, updatedAt: INSTANT, announcedFor: INSTANT, absentSince: INSTANT },
  namespace: {
    persons: PODCAST.namespace.persons,
    transcripts: [{ url: "https://example.com/t.vtt", type: "text/vtt", language: "en", rel: "captions" }],
    chapters: { url: "https://example.com/c.json", type: "application/json+chapters" },
    soundbites: [{ startSeconds: 1.5, durationSeconds: 30, title: "S" }],
    ...{ location: PODCAST.namespace.location, license: PODCAST.namespace.license, values: PODCAST.namespace.values },
    otherLocations: PODCAST.namespace.otherLocations,
    txts: PODCAST.namespace.txts,
    alternateEnclosures: [ALTERNATE],
    ...SHARED,
  },
  extras: {
    ...{ itunesTitle: "Apple's", subtitle: "Subtitle", summary: "Summary", keywords: ["one"] },
    ...{ categories: ["Arts"], commentsUrl: "https://example.com/comments" },
  },
} as const;

test("podcastById gives every stored field", async () => {
  const id = await insertPodcast(ctx.db, structuredClone(PODCAST) as never);
  const at = INSTANT.toISOString();
  await ctx.db.once.execute(sql`
    update podcast_crawl set due_at = ${at}::timestamptz, last_attempted_at = ${at}::timestamptz, num_failures = 1,
      last_status = 404
    where podcast_id = ${id}::bigint`);

  const { body } = await ask(
    ctx,
    `{ podcastById(id: "${id}") { ${leavesOf(Podcast, ["episodes", "accountPodcast"])} } }`,
  );

  const { namespace, extras, lastSucceededAt: _, isExplicit, ...stored } = PODCAST;
  const { otherLocations, ...shown } = namespace;
  assert.deepEqual(body, {
    data: {
      podcastById: {
        ...stored,
        ...shown,
        ...extras,
        locations: [namespace.location, ...otherLocations],
        ...{ id: String(id), explicit: isExplicit, isBlocked: false, itunesType: "SERIAL", feedKind: "ATOM" },
        ...{ private: false, privateReason: null, quarantinedSince: null, hasOlderEpisodes: false },
        crawl: { checkedAt: at, nextCheckAt: at, trouble: "The feed's host does not find the feed." },
        feedUrl: `https://feeds.example.com/${id}`,
        liveItems: [{ ...namespace.liveItems[0], endAt: null }],
        ...{
          createdAt: INSTANT.toISOString(),
          updatedAt: INSTANT.toISOString(),
          lastRetrievedAt: INSTANT.toISOString(),
        },
      },
    },
  });
});

async function storedEpisode() {
  const podcastId = await insertPodcast(ctx.db);
  const id = await insertEpisode(ctx.db, { podcastId, ...structuredClone(EPISODE) } as never);
  const { namespace, extras, isExplicit, descriptionHtml, ...stored } = EPISODE;
  const { chapters: chaptersLink, otherLocations, ...lists } = namespace;
  const expected: Record<string, unknown> = {
    ...stored,
    ...lists,
    ...extras,
    locations: [namespace.location, ...otherLocations],
    ...{
      id: String(id),
      podcastId: String(podcastId),
      mediaNeedsFeedPassword: false,
      description: descriptionHtml,
      explicit: isExplicit,
      chaptersLink,
      ...{ chaptersUrl: null, transcript: null },
    },
    ...{ publishedAt: INSTANT.toISOString(), createdAt: INSTANT.toISOString(), updatedAt: INSTANT.toISOString() },
    ...{ announcedFor: INSTANT.toISOString(), absentSince: INSTANT.toISOString() },
    episodeType: "BONUS",
  };
  return { id, podcastId, expected };
}

test("episodeById gives every stored field", async () => {
  const { id, expected } = await storedEpisode();

  const { body } = await ask(
    ctx,
    `{ episodeById(id: "${id}") { ${leavesOf(Episode, ["podcast", "accountEpisode"])} } }`,
  );

  assert.deepEqual(body, { data: { episodeById: expected } });
});

test("each of an episode's fields has its value when it is the only one asked for", async () => {
  const { id, podcastId, expected } = await storedEpisode();

  for (const [name, value] of Object.entries(expected)) {
    const selection = selectionOf(Episode, name);
    const { body } = await ask(
      ctx,
      `{ episodeById(id: "${id}") { ${selection} } episode(podcastId: "${podcastId}") { ${selection} } }`,
    );
    assert.deepEqual(body, { data: { episodeById: { [name]: value }, episode: [{ [name]: value }] } }, name);
  }
});

test("what a feed leaves out is null, and its lists are empty, in rows without them too", async () => {
  const podcastId = await insertPodcast(ctx.db);
  const id = await insertEpisode(ctx.db, { podcastId });
  await ctx.db.once.execute(sql`update episode set namespace = '{}'`);
  await ctx.db.once.execute(sql`update podcast set namespace = '{}'`);

  const { body } = await ask(
    ctx,
    `{ episodeById(id: "${id}") {
    description season chaptersLink { url } location { name } persons { name } chapters { title }
    podcast { description lastRetrievedAt license { url } funding { url } categories { name } }
  } }`,
  );

  assert.deepEqual(body, {
    data: {
      episodeById: {
        ...{ description: null, season: null, chaptersLink: null, location: null, persons: [], chapters: [] },
        podcast: { description: null, lastRetrievedAt: null, license: null, funding: [], categories: [] },
      },
    },
  });
});

test("Podcast.episodes and Episode.podcast ask the database no more often for ten podcasts than for one", async () => {
  for (let i = 0; i < 10; i += 1) {
    const podcastId = await insertPodcast(ctx.db, { title: `Show ${i}` });
    await insertEpisodes(ctx.db, { podcastId, count: 3 });
  }
  let numSelects = 0;
  const db = new Proxy(ctx.db, {
    get(target, key) {
      if (key === "select") numSelects += 1;
      return Reflect.get(target, key);
    },
  });
  const counting: typeof ctx = ctx.with({ db });
  const query = `query ($first: Int) {
    podcasts(first: $first) { nodes { title feedUrl lastRetrievedAt episodes(first: 2) { nodes { title podcast { title } } } } }
  }`;

  const one = await ask(counting, { query, variables: { first: 1 } });
  const numForOne = numSelects;
  const ten = await ask(counting, { query, variables: { first: 10 } });
  const numForTen = numSelects - numForOne;

  assert.equal(one.body.data.podcasts.nodes.length, 1);
  assert.equal(numForTen, numForOne);
  assert.deepEqual(
    ten.body.data.podcasts.nodes.map((it: { title: string; episodes: object }) => [it.title, it.episodes]),
    Array.from({ length: 10 }, (_, i) => [
      `Show ${i}`,
      { nodes: [3, 2].map((n) => ({ title: `Episode ${n}`, podcast: { title: `Show ${i}` } })) },
    ]),
  );
});

test("Podcast.episodes with different arguments under different aliases keeps them apart", async () => {
  const podcastId = await insertPodcast(ctx.db);
  await insertEpisodes(ctx.db, { podcastId, count: 3 });

  const { body } = await ask(
    ctx,
    `{ podcastById(id: "${podcastId}") {
    one: episodes(first: 1) { nodes { title } pageInfo { hasNextPage } }
    all: episodes(first: 3) { nodes { title } pageInfo { hasNextPage } }
  } }`,
  );

  assert.deepEqual(body.data.podcastById, {
    one: { nodes: [{ title: "Episode 3" }], pageInfo: { hasNextPage: true } },
    all: { nodes: [3, 2, 1].map((n) => ({ title: `Episode ${n}` })), pageInfo: { hasNextPage: false } },
  });
});

type ObjectType = typeof Podcast | typeof Episode;

/** Selects every field of a type with all that is in it, but for `without`. */
function leavesOf(type: ObjectType, without: string[] = []): string {
  const names = Object.keys(type.getFields()).filter((name) => !without.includes(name));
  return names.map((name) => selectionOf(type, name)).join(" ");
}

function selectionOf(type: ObjectType, name: string): string {
  const field = type.getFields()[name];
  assert.ok(field, name);
  const inner = getNamedType(field.type);
  return isCompositeType(inner) ? `${name} { ${leavesOf(inner as ObjectType)} }` : name;
}
