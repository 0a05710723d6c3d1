import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "drizzle-orm";
import api from "../../../functions/api/graphql.ts";
import { ask, get, post } from "../../graphql/api.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertPodcast } from "../../support/rows.ts";

const lines: string[] = [];
const ctx = createContext({ databaseUrl: await createDatabase(), writeLog: (text) => lines.push(text) });

test("GET answers a query from the query string", async () => {
  const query = "query A { apiVersion } query B($id: String!) { podcastById(id: $id) { id } }";

  const reply = await get(ctx, { params: { query, operationName: "B", variables: '{"id":"1"}' } });

  assert.equal(reply.status, 200);
  assert.deepEqual(reply.body, { data: { podcastById: null } });
});

test("POST answers a query from a JSON body", async () => {
  const reply = await post(ctx, {
    headers: { "content-type": 'application/json; charset="UTF-8"' },
    body: JSON.stringify({
      query: "query A { apiVersion } query B($id: String!) { podcastById(id: $id) { id } }",
      ...{ operationName: "B", variables: { id: "1" }, extensions: {} },
    }),
  });

  assert.equal(reply.status, 200);
  assert.deepEqual(reply.body, { data: { podcastById: null } });
});

for (const [accept, contentType] of [
  [undefined, "application/json"],
  ["*/*", "application/json"],
  ["application/json", "application/json"],
  ["text/html", "application/json"],
  ["application/graphql-response+json", "application/graphql-response+json"],
  ["application/graphql-response+json; charset=utf-8, application/json; q=0.9", "application/graphql-response+json"],
]) {
  test(`a reply to accept ${accept} is ${contentType}, to an error too`, async () => {
    const answered = await get(ctx, { params: { query: "{ apiVersion }" }, headers: { accept } });
    const refused = await get(ctx, { headers: { accept } });

    assert.equal(answered.headers["content-type"], `${contentType}; charset=utf-8`);
    assert.equal(refused.headers["content-type"], `${contentType}; charset=utf-8`);
    assert.equal(answered.headers.vary, "accept, authorization, cookie");
  });
}

const badGets: [name: string, params: Record<string, string>, message: string | RegExp][] = [
  ["no query", {}, "Bad request: No query provided"],
  ["an empty query", { query: "" }, "Bad request: No query provided"],
  [
    "variables that are no JSON",
    { query: "{ apiVersion }", variables: "{" },
    /^Bad request: Malformed variables JSON: ./,
  ],
  [
    "variables that are no object",
    { query: "{ apiVersion }", variables: "[]" },
    "Bad request: Malformed variables JSON: not an object",
  ],
  ["a syntax error", { query: "{" }, /^Syntax Error: /],
  ["an unknown field", { query: "{ nope }" }, 'Cannot query field "nope" on type "Query".'],
  ["an unknown operation", { query: "query A { apiVersion }", operationName: "B" }, 'Unknown operation named "B".'],
  [
    "two operations and no name",
    { query: "query A { apiVersion } query B { apiVersion }" },
    /^Must provide operation name/,
  ],
  [
    "a variable that is missing",
    { query: "query ($id: String!) { podcastById(id: $id) { id } }" },
    /^Variable "\$id" /,
  ],
];

for (const [name, params, message] of badGets) {
  test(`GET with ${name} is a 400`, async () => {
    const { status, body } = await get(ctx, { params });

    assert.equal(status, 400);
    assert.ok(!("data" in body));
    assertMessage(body.errors?.[0]?.message, message);
  });
}

const badPosts: [name: string, body: string, message: string | RegExp][] = [
  ["an empty body", "", /^Bad request: Error deserializing request body: ./],
  ["a body that is no JSON", "{query}", /^Bad request: Error deserializing request body: ./],
  [
    "a body that is no object",
    '[{"query":"{apiVersion}"}]',
    "Bad request: Error deserializing request body: not an object",
  ],
  ["no query", "{}", "Bad request: No query provided"],
  ["a query that is no text", '{"query":1}', 'Bad request: Error deserializing request body: "query" is not a string'],
  [
    "an operation name that is no text",
    '{"query":"{apiVersion}","operationName":1}',
    /"operationName" is not a string$/,
  ],
  ["variables that are no object", '{"query":"{apiVersion}","variables":"{}"}', /"variables" is not an object$/],
];

for (const [name, text, message] of badPosts) {
  test(`POST with ${name} is a 400`, async () => {
    const { status, body } = await post(ctx, { body: text });

    assert.equal(status, 400);
    assertMessage(body.errors?.[0]?.message, message);
  });
}

for (const contentType of [
  undefined,
  "text/plain",
  "text/plain; application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json; charset=utf-16",
]) {
  test(`POST of ${contentType} is a 415: a page of another site may send it unasked`, async () => {
    const { status, body } = await post(ctx, {
      headers: { "content-type": contentType },
      body: '{"query":"{apiVersion}"}',
    });

    assert.equal(status, 415);
    assert.equal(body.errors?.[0]?.message, 'Cannot read the request body: its content type is not "application/json"');
  });
}

test("GET refuses a mutation with 405", async () => {
  const { status, headers, body } = await get(ctx, { params: { query: "mutation { __typename }" } });

  assert.equal(status, 405);
  assert.equal(headers.allow, "POST");
  assert.equal(body.errors?.[0]?.message, "Cannot run a mutation with GET");
});

test("a failure of ours is told as Internal server error, and logged with its cause once", async () => {
  const broken = createContext({ databaseUrl: await createDatabase(), writeLog: (text) => lines.push(text) });
  for (let i = 0; i < 3; i += 1) await insertPodcast(broken.db);
  await broken.db.once.execute(sql`drop table podcast_crawl`);
  lines.length = 0;

  const { status, body } = await ask(broken, "{ podcasts { nodes { title feedUrl } } }");

  assert.equal(status, 200);
  assert.equal(body.data.podcasts.nodes[0].feedUrl, null);
  assert.equal(body.errors?.length, 3);
  assert.deepEqual(body.errors?.[0], {
    message: "Internal server error",
    locations: [{ line: 1, column: 28 }],
    path: ["podcasts", "nodes", 0, "feedUrl"],
  });
  assert.doesNotMatch(JSON.stringify(body), /podcast_crawl|select/);
  const logged = lines.filter((line) => line.includes("GraphQL field failed"));
  assert.equal(logged.length, 1);
  assert.match(logged[0] ?? "", /podcast_crawl/);
});

test("handle() throws when the database cannot be reached, for the wrapper to answer", async () => {
  // Nothing listens on port 1.
  const unreachable = createContext({ databaseUrl: "postgres://postgres@127.0.0.1:1/postgres" });

  await assert.rejects(ask(unreachable, "{ podcasts { nodes { title } } }"), /Failed query/);
});

test("handle() gives up when the request's time is up", async () => {
  const controller = new AbortController();
  const late: typeof ctx = ctx.with({ signal: controller.signal });

  const answer = ask(late, "{ podcasts { nodes { title } } }");
  controller.abort(new Error("too late"));

  await assert.rejects(answer, /too late/);
});

test("the wrapper is told to serve callers of any origin, and to answer too large a body with 400", () => {
  assert.equal(api.allowsCors, true);
  assert.equal(api.tooLargeStatus, 400);
});

function assertMessage(actual: string | undefined, expected: string | RegExp): void {
  if (typeof expected === "string") assert.equal(actual, expected);
  else assert.match(actual ?? "", expected);
}
