import assert from "node:assert/strict";
import test, { after } from "node:test";
import { asc } from "drizzle-orm";
import postgres from "postgres";
import { MIGRATIONS } from "../../shared/db/migrations.gen.ts";
import { episode } from "../../shared/db/schema.ts";
import { createContext } from "../support/context.ts";
import { createDatabase } from "../support/postgres.ts";
import { insertEpisode, insertPodcast } from "../support/rows.ts";

const databaseUrl = await createDatabase();
const { db } = createContext({ databaseUrl });
const sql = postgres(databaseUrl, { max: 1 });
after(() => sql.end());

test("the migration puts stored episodes with dates in the future below the others of their show", async () => {
  const statement = MIGRATIONS.find(({ tag }) => tag.endsWith("_episodes"))?.statements.at(-1) ?? "";
  const [one, two] = [await insertPodcast(db), await insertPodcast(db)];
  const [past, future, arrival] = ["2026-03-02T10:00:00Z", "2037-01-30T13:00:00Z", "2026-04-01T00:00:00Z"].map(
    (text) => new Date(text),
  ) as [Date, Date, Date];
  await insertEpisode(db, { podcastId: one, publishedAt: past });
  await insertEpisode(db, { podcastId: one, publishedAt: future });
  await insertEpisode(db, { podcastId: two, publishedAt: future, createdAt: arrival });

  const [first] = await sql.unsafe(statement, [0]);
  const [last] = await sql.unsafe(statement, [first?.last]);

  const rows = await db.once.select().from(episode).orderBy(asc(episode.id));
  assert.deepEqual(
    rows.map(({ publishedAt, announcedFor }) => [publishedAt, announcedFor]),
    [
      [past, null],
      [new Date(past.getTime() - 1_000), future],
      [arrival, future],
    ],
  );
  assert.equal(last?.last, null);
});
