import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "drizzle-orm";
import { sendPing, startArtifact } from "../../support/artifact.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertDuePodcasts, insertEpisode, insertPodcast } from "../../support/rows.ts";

const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });

test("a PingSource's request makes the cleaner keep the newest five raw feeds of each podcast", async () => {
  await insertDuePodcasts(db, ["a", "b"]);
  await db.once.execute(sql`
    insert into podcast_feed_content (podcast_id, sha256, body, num_bytes, base_url, retrieved_at)
    select id, sha256(n::text::bytea), ''::bytea, 0, '', podcore_now() - n * interval '1 day' from podcast, generate_series(1, 8) n`);
  const artifact = await startArtifact({ name: "tick-clean", environment: { DATABASE_URL: databaseUrl } });

  const first = await sendPing(artifact.url);
  const second = await sendPing(artifact.url);

  const [row] = await db.once.execute(sql`
    select count(*)::int as num, min(retrieved_at) > podcore_now() - interval '6 days' as are_newest from podcast_feed_content`);
  assert.deepEqual([first.status, second.status, await artifact.stop()], [200, 200, 0]);
  assert.match(await first.text(), /"podcast_feed_content":6/);
  assert.match(await second.text(), /"podcast_feed_content":0/);
  assert.deepEqual({ ...row }, { num: 10, are_newest: true });
});

test("a PingSource's request publishes an episode whose announced date has come", async () => {
  const podcastId = await insertPodcast(db);
  const [past, future] = [new Date(Date.now() - 60_000), new Date(Date.now() + 3_600_000)];
  for (const announcedFor of [past, future]) await insertEpisode(db, { podcastId, announcedFor });
  const artifact = await startArtifact({ name: "tick-clean", environment: { DATABASE_URL: databaseUrl } });

  const reply = await sendPing(artifact.url);

  const rows = await db.once.execute(sql`
    select published_at = ${past.toISOString()}::timestamptz as is_published, announced_for is null as has_come
    from episode order by id`);
  assert.deepEqual([reply.status, await artifact.stop()], [200, 0]);
  assert.match(await reply.text(), /"numPublished":1/);
  assert.deepEqual(
    [...rows].map((row) => ({ ...row })),
    [
      { is_published: true, has_come: true },
      { is_published: false, has_come: false },
    ],
  );
});
