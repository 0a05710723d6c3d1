import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { sql } from "drizzle-orm";
import { buildClientSchema, getIntrospectionQuery, printSchema } from "graphql";
import { apiSchema } from "../../shared/graphql/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { ask, post } from "./api.ts";

const ctx = createContext({ databaseUrl: await createDatabase() });

beforeEach(async () => {
  await ctx.db.once.execute(sql`truncate podcast cascade`);
});

/** A query whose fields are `depth` levels deep. */
function ofDepth(depth: number): string {
  // podcastById, then episodes, nodes, podcast in turn, then a leaf.
  const inner = Array.from({ length: depth - 2 }, (_, i) => ["episodes(first: 1)", "nodes", "podcast"][i % 3]);
  const leaf = { "episodes(first: 1)": "pageInfo", nodes: "id", podcast: "id" }[inner.at(-1) ?? "podcast"];
  const path = ['podcastById(id: "1")', ...inner];
  return `${path.join(" { ")} { ${leaf === "pageInfo" ? "__typename" : leaf} ${"}".repeat(path.length)}`;
}

const refusals: [name: string, query: string, message: RegExp][] = [
  [
    "11 levels",
    `{ ${ofDepth(11)} }`,
    /^Bad request: Cannot run a query with 11 levels of fields: at most 10 are allowed$/,
  ],
  [
    "11 levels through a fragment",
    'query { podcastById(id: "1") { ...A } } fragment A on Podcast { episodes(first: 1) { nodes { podcast { ...B } } } } ' +
      "fragment B on Podcast { episodes(first: 1) { nodes { podcast { episodes(first: 1) { nodes { ... on Episode { podcast { id } } } } } } } }",
    /with 11 levels of fields/,
  ],
  [
    "16 aliases",
    `{ ${Array.from({ length: 16 }, (_, i) => `a${i}: apiVersion`).join(" ")} }`,
    /with 16 aliases: at most 15/,
  ],
  [
    "16 aliases through a fragment that is used twice",
    `{ podcast { ...A } podcastById(id: "1") { ...A } } fragment A on Podcast { ${Array.from({ length: 8 }, (_, i) => `a${i}: id`).join(" ")} }`,
    /with 16 aliases/,
  ],
  [
    "aliases that double with every fragment",
    `{ podcast { ...F0 } } fragment F9 on Podcast { a: id } ${Array.from(
      { length: 9 },
      (_, i) => `fragment F${i} on Podcast { x${i}: __typename ...F${i + 1} ... { ...F${i + 1} } }`,
    ).join(" ")}`,
    /with 1023 aliases/,
  ],
  [
    "first 0",
    "{ podcasts(first: 0) { nodes { id } } }",
    /^Bad request: Error parsing parameter "first": not a number from 1 to 100: "0"$/,
  ],
  ["first 101", "{ podcasts(first: 101) { nodes { id } } }", /parameter "first": not a number from 1 to 100: "101"/],
  ["first 101 further in", '{ podcastById(id: "1") { episodes(first: 101) { nodes { id } } } }', /parameter "first"/],
  [
    "100 podcasts with 50 episodes each",
    "{ podcasts(first: 100) { nodes { episodes(first: 50) { nodes { id } } } } }",
    /with 5100 podcasts and episodes/,
  ],
  [
    "the notes of 122 episodes, each of which counts as 40 and the episode",
    '{ a: podcastById(id: "1") { episodes(first: 61) { nodes { description } } } ' +
      'b: podcastById(id: "1") { episodes(first: 61) { nodes { description } } } }',
    /with 5004 podcasts/,
  ],
  [
    "lists of which only the page info is asked for",
    "{ podcasts(first: 100) { nodes { episodes(first: 51) { pageInfo { hasNextPage } } } } }",
    /with 5200 podcasts/,
  ],
  [
    "edges and nodes",
    "{ podcasts(first: 50) { nodes { episodes(first: 60) { edges { node { id } } nodes { id } } } } }",
    /with 6050 podcasts/,
  ],
  [
    "lists in the lists of version 1.0",
    '{ episode(podcastId: "1") { podcast { episodes(first: 100) { nodes { id } } } } }',
    /with 5100 podcasts/,
  ],
  [
    "the schema six times over",
    `{ ${"abcdef"
      .split("")
      .map((it) => `${it}: __schema { types { name } }`)
      .join(" ")} }`,
    /with 6000 podcasts/,
  ],
  [
    "21 levels of introspection",
    `{ __schema { types { name fields { type { ${"ofType { ".repeat(17)} name ${"}".repeat(17)} } } } } }`,
    /with 22 levels of introspection fields/,
  ],
  [
    "lists of lists of fields",
    "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    /Maximum introspection depth exceeded/,
  ],
  [
    "over 150 000 fields",
    "{ podcasts(first: 50) { nodes { episodes(first: 99) { nodes { id title guid publishedAt linkUrl imageUrl mediaUrl author ... { " +
      "mediaType mediaBytes durationSeconds explicit isBlocked season episodeNumber createdAt updatedAt " +
      "location { name geo osm } license { identifier url } chaptersLink { url type } persons { name role group imageUrl linkUrl } } } } } } }",
    /with \d+ fields if every list is full: at most 150000/,
  ],
  [
    "over 8 000 pairs of fields of one name",
    `{ ${"podcasts { nodes { id } } ".repeat(75)} }`,
    /^Document repeats fields too often: 8325 pairs of the same name, at most 8000 are allowed$/,
  ],
  ["1001 lines", `${"\r\n".repeat(1_000)}{ apiVersion }`, /^Document contains more than 1000 lines$/],
  ["1001 tokens", `{ ${"apiVersion ".repeat(999)} }`, /Document contains more than 1000 tokens/],
  ["1001 comments", `${"#\n".repeat(1_001)} { apiVersion }`, /Document contains more than 1000 lines/],
  [
    "fragments in a circle",
    "{ podcast { ...A } } fragment A on Podcast { ...B } fragment B on Podcast { ...A }",
    /Cannot spread fragment "A" within itself/,
  ],
];

for (const [name, query, message] of refusals) {
  test(`a query is refused with 400: ${name}`, async () => {
    const { status, body } = await ask(ctx, query);

    assert.equal(status, 400);
    assert.match(body.errors?.[0]?.message ?? "", message);
    assert.ok(!("data" in body));
  });
}

const allowed: [name: string, query: string][] = [
  ["10 levels", `{ ${ofDepth(10)} }`],
  ["15 aliases", `{ ${Array.from({ length: 15 }, (_, i) => `a${i}: apiVersion`).join(" ")} }`],
  ["first 1 and first 100", "{ one: podcasts(first: 1) { nodes { id } } all: podcasts(first: 100) { nodes { id } } }"],
  ["1000 lines", `${"\r\n".repeat(999)}{ apiVersion }`],
  ["as many fields of one name as may be", `{ ${"podcasts { nodes { id } } ".repeat(73)} }`],
  [
    "the notes of 121 episodes",
    '{ a: podcastById(id: "1") { episodes(first: 61) { nodes { description } } } ' +
      'b: podcastById(id: "1") { episodes(first: 60) { nodes { description } } } }',
  ],
  ["100 podcasts with 49 episodes each", "{ podcasts(first: 100) { nodes { episodes(first: 49) { nodes { id } } } } }"],
];

for (const [name, query] of allowed) {
  test(`a query runs: ${name}`, async () => {
    const { status, body } = await ask(ctx, query);

    assert.equal(status, 200);
    assert.equal(body.errors, undefined);
  });
}

test("first counts as the variable says, or as its default does", async () => {
  const query = "query ($first: Int = 101) { podcasts(first: $first) { nodes { id } } }";

  const byVariable = await ask(ctx, { query, variables: { first: 100 } });
  const byDefault = await ask(ctx, query);

  assert.equal(byVariable.status, 200);
  assert.equal(byDefault.status, 400);
});

test("only the operation that runs is weighed", async () => {
  const query = "query A { apiVersion } query B { podcasts(first: 101) { nodes { id } } }";

  const a = await ask(ctx, { query, operationName: "A" });
  const b = await ask(ctx, { query, operationName: "B" });

  assert.equal(a.status, 200);
  assert.equal(b.status, 400);
});

test("a body over the limit is refused with 400", async () => {
  const { status, body } = await post(ctx, {
    body: JSON.stringify({ query: "{ apiVersion }", pad: "x".repeat(102_400) }),
  });

  assert.equal(status, 400);
  assert.equal(body.errors?.[0]?.message, "Bad request: Error deserializing request body: longer than 102400 bytes");
});

test("the introspection query of graphql's own client runs and gives the whole schema", async () => {
  const query = getIntrospectionQuery({
    ...{ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
    ...{ inputValueDeprecation: true, oneOf: true },
  });

  const { status, body } = await ask(ctx, query);

  assert.equal(status, 200);
  assert.equal(printSchema(buildClientSchema(body.data)), printSchema(apiSchema()));
});
