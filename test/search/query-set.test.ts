import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "drizzle-orm";
import { searchPodcasts } from "../../shared/search/search-podcasts.ts";
import { requireQuery } from "../../shared/search/search-query.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertPodcast } from "../support/rows.ts";
import { writeDocuments } from "../support/write-documents.ts";
import { makeOthers, SOUGHT } from "./query-set.ts";

const NUM_OTHERS = 4_000;
const AIM = 190;

const ctx = createContext({ databaseUrl: await createDatabase() });

test("searchPodcasts() has the meant show among the first three for at least 190 of 200 queries", async (t) => {
  await ctx.db.once.execute(sql`
    insert into podcast (title, author, namespace, feed_kind) select title, author, '{"persons":[]}', 'rss'
    from jsonb_to_recordset(${JSON.stringify(makeOthers(NUM_OTHERS))}::jsonb) as other(title text, author text)`);
  const queries: { query: string; title: string; podcastId: number }[] = [];
  for (const { persons = [], queries: typed, ...show } of SOUGHT) {
    const namespace = { persons: persons.map((name) => ({ name })) };
    const podcastId = await insertPodcast(ctx.db, { ...show, namespace });
    queries.push(...typed.map((query) => ({ query, title: show.title, podcastId })));
  }
  await writeDocuments(ctx);

  const missed: string[] = [];
  let numFirst = 0;
  for (const { query, title, podcastId } of queries) {
    const found = await searchPodcasts(ctx.db, { query: requireQuery("q", query), accountId: undefined, first: 3 });
    const ids = found.slice(0, 3).map(({ node }) => node);
    if (ids[0] === podcastId) numFirst += 1;
    if (!ids.includes(podcastId)) missed.push(`"${query}" does not find "${title}"`);
  }

  t.diagnostic(`${queries.length - missed.length} of ${queries.length} among the first three, ${numFirst} first`);
  for (const miss of missed) t.diagnostic(miss);
  assert.equal(new Set(queries.map(({ query }) => query)).size, 200);
  assert.ok(queries.length - missed.length >= AIM, missed.join("\n"));
});
