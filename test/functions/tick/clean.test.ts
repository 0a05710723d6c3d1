import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "drizzle-orm";
import { sendPing, startArtifact } from "../../support/artifact.ts";
import { createContext } from "../../support/context.ts";
import { createDatabase } from "../../support/postgres.ts";
import { insertEpisode, insertPodcast } from "../../support/rows.ts";

const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });

test("a PingSource's request makes the cleaner delete what has expired", async () => {
  await db.once.execute(sql`
    insert into rate_limit (kind, subject, num_taken, resets_at)
    select 'login', n, 1, podcore_now() + n * interval '1 hour' from generate_series(-2, 2) n`);
  const artifact = await startArtifact({ name: "tick-clean", environment: { DATABASE_URL: databaseUrl } });

  const first = await sendPing(artifact.url);
  const second = await sendPing(artifact.url);

  const [row] = await db.once.execute(sql`select min(subject) as first, count(*)::int as num from rate_limit`);
  assert.deepEqual([first.status, second.status, await artifact.stop()], [200, 200, 0]);
  assert.match(await first.text(), /"rate_limit":3/);
  assert.match(await second.text(), /"rate_limit":0/);
  assert.deepEqual({ ...row }, { first: "1", num: 2 });
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
