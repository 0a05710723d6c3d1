import assert from "node:assert/strict";
import { after, test } from "node:test";
import postgres from "postgres";
import { startArtifact } from "../../support/artifact.ts";
import { createDatabase } from "../../support/postgres.ts";

const databaseUrl = await createDatabase();
const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
after(() => sql.end());
const { url } = await startArtifact({ name: "api-graphql", environment: { DATABASE_URL: databaseUrl } });

function ask(address: string, query: string): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": address },
    body: JSON.stringify({ query }),
  });
}

// Were its lists full: some 5 000 podcasts and episodes, and 3 400 points of fields.
const EXPENSIVE =
  "{ podcasts(first: 50) { nodes { episodes(first: 98) { nodes { id title publishedAt linkUrl imageUrl mediaUrl } } } } }";

test("a network that has used up its budget gets 429 with Retry-After and extensions, and another does not", async () => {
  await sql`insert into rate_limit (kind, subject, num_taken, resets_at) values ('graphql', '203.0.113.0/24', 20, now() + interval '100 s')`;
  const statuses: number[] = [];
  let refused: Response | undefined;
  for (let i = 0; i < 10 && refused === undefined; i += 1) {
    const reply = await ask("203.0.113.7", EXPENSIVE);
    statuses.push(reply.status);
    if (reply.status === 429) refused = reply;
    else await reply.text();
  }
  const seconds = Number(refused?.headers.get("retry-after"));
  const body = refused && JSON.parse(await refused.text());
  const other = await ask("198.51.100.7", EXPENSIVE);
  const small = await ask("203.0.113.8", "{ apiVersion }");

  assert.equal(statuses[0], 200);
  assert.ok(seconds > 0 && seconds <= 100, `${seconds}`);
  assert.match(body.errors[0].message, /^Too many requests: this network has used up its budget of GraphQL queries/);
  assert.deepEqual(body.errors[0].extensions, { status: 429, retryAfterSeconds: seconds });
  assert.deepEqual([other.status, small.status], [200, 429]);
});

test("a sync of 5 000 subscriptions passes: 50 pages with the newest 20 episodes of each", async () => {
  for (let i = 0; i < 60; i += 1) {
    const query =
      "{ podcasts(first: 100) { nodes { id title imageUrl episodes(first: 20) { nodes { id title publishedAt mediaUrl durationSeconds } } } } }";
    const reply = await ask("192.0.2.1", query);

    assert.equal(reply.status, 200);
    await reply.text();
  }
});
