import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "drizzle-orm";
import { podcastQuarantine } from "../../shared/db/schema.ts";
import { findPodcast } from "../../shared/podcasts/find-podcast.ts";
import { findPodcastFeeds } from "../../shared/podcasts/find-podcasts.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertPodcast } from "../support/rows.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });

async function stateOf(columns: string, prepare?: (podcastId: number) => Promise<unknown>) {
  const id = await insertPodcast(db);
  await db.once.execute(sql`update podcast_crawl set ${sql.raw(columns)} where podcast_id = ${id}::bigint`);
  await prepare?.(id);
  const found = await findPodcast(db, { id, accountId: undefined });
  const feeds = await findPodcastFeeds(db, { ids: [id], accountId: undefined });
  assert.deepEqual(feeds.get(id)?.crawl, found?.crawl);
  return found?.crawl;
}

test("a podcast's crawl tells when it was and will be checked", async () => {
  const due = await stateOf("due_at = podcore_now() - interval '1 hour', last_attempted_at = '2026-03-01T08:00:00Z'");
  const later = await stateOf("due_at = '2050-01-01T00:00:00Z'");
  const never = await stateOf("due_at = 'infinity'");

  assert.deepEqual([due?.isDue, due?.checkedAt?.toISOString(), due?.trouble], [true, "2026-03-01T08:00:00.000Z", null]);
  assert.deepEqual([later?.isDue, later?.nextCheckAt?.toISOString()], [false, "2050-01-01T00:00:00.000Z"]);
  assert.deepEqual([later?.checkedAt, never?.nextCheckAt, never?.isDue], [null, null, false]);
});

test("a podcast's trouble is one sentence, which repeats nothing that the host has sent", async () => {
  const failed =
    "num_failures = 2, last_error = 'Cannot fetch https://feeds.example.com/hunter2', last_error_at = podcore_now()";
  const cases: [columns: string, sentence: RegExp][] = [
    [failed, /could not be fetched/],
    [`${failed}, last_status = 404`, /does not find the feed/],
    [`${failed}, last_status = 403`, /refuses access/],
    [`${failed}, last_status = 410`, /is gone/],
    [`${failed}, last_status = 429`, /fewer requests/],
    [`${failed}, last_status = 503`, /has a problem \(503\)/],
    [`${failed}, last_status = 200`, /cannot be read as a feed/],
    ["hollow_since = podcore_now()", /lost its title or its episodes/],
  ];

  for (const [columns, sentence] of cases) {
    const state = await stateOf(columns);

    assert.match(state?.trouble ?? "", sentence);
    assert.match(state?.trouble ?? "", /^[A-Z][^"/]*\.$/);
  }
});

test("a podcast's trouble is another show or a lost address, before all else", async () => {
  const failed = "num_failures = 2, last_status = 404";
  const url = "https://show.example.com/feed";

  const other = await stateOf(failed, (podcastId) =>
    db.once.insert(podcastQuarantine).values({ podcastId, feedUrl: url, foundUrl: url, title: "Another", numItems: 1 }),
  );
  const lost = await stateOf(failed, (podcastId) =>
    db.once.execute(sql`delete from podcast_feed_location where podcast_id = ${podcastId}::bigint`),
  );

  assert.match(other?.trouble ?? "", /^Another show is at the feed's address/);
  assert.match(lost?.trouble ?? "", /address is no longer known/);
});
