import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "drizzle-orm";
import { podcastQuarantine } from "../../shared/db/schema.ts";
import { listQuarantined } from "../../shared/podcasts/identity/list-quarantined.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertPodcast } from "../support/rows.ts";

const { db } = createContext({ databaseUrl: await createDatabase() });

test("listQuarantined() lists other shows first, then equal GUIDs, however many feeds are hollow", async () => {
  await db.once.execute(sql`
    with hollow as (
      insert into podcast (title, feed_kind, namespace)
      select 'Hollow', 'rss', '{}'::jsonb from generate_series(1, 600) returning id
    )
    insert into podcast_crawl (podcast_id, due_at, hollow_since)
    select id, podcore_now(), podcore_now() - interval '1 year' from hollow`);
  const podcastGuid = "9b024349-ccf0-5f69-a609-6b82873eab3c";
  const twins = [await insertPodcast(db, { podcastGuid }), await insertPodcast(db, { podcastGuid })];
  const taken = await insertPodcast(db);
  const url = "https://show.example.com/feed";
  await db.once
    .insert(podcastQuarantine)
    .values({ podcastId: taken, feedUrl: url, foundUrl: url, title: "Another", numItems: 1 });

  const listed = await listQuarantined(db);

  assert.deepEqual(
    listed.slice(0, 3).map(({ podcastId, kind }) => [podcastId, kind]),
    [
      [taken, "other-show"],
      [twins[0], "same-guid"],
      [twins[1], "same-guid"],
    ],
  );
  assert.equal(listed[3]?.kind, "hollow");
});
