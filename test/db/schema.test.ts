import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import test from "node:test";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import postgres from "postgres";
import { MIGRATIONS } from "../../shared/db/migrations.gen.ts";
import * as schema from "../../shared/db/schema.ts";
import { createDatabase } from "../support/postgres.ts";

const DRIZZLE = resolve(import.meta.dirname, "../../drizzle");

test("the schema and the migrations have not drifted apart", async () => {
  const newest = MIGRATIONS.at(-1)?.tag.slice(0, 4);
  const snapshot = JSON.parse(await readFile(join(DRIZZLE, "meta", `${newest}_snapshot.json`), "utf8"));

  const missing = await generateMigration(snapshot, generateDrizzleJson(schema, snapshot.id));

  assert.deepEqual(missing, []);
});

const sql = postgres(await createDatabase(), { max: 1 });

test("every invariant has a name of ours", async () => {
  const rows = await sql`
    select conname from pg_constraint
    where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'u') and conname !~ '^(account|api_key|crawl_host|directory|episode|job|login|podcast|rate_limit|search|transcript|verification_code)_'`;

  assert.deepEqual([...rows], []);
});

test("a podcast has one current feed location, and a feed URL one podcast", async () => {
  const [{ id } = { id: 0 }] =
    await sql`insert into podcast (title, namespace, feed_kind) values ('A', '{}', 'rss') returning id`;
  const insert = (url: string, isCurrent: boolean) =>
    sql`insert into podcast_feed_location (podcast_id, feed_url, is_current) values (${id}, ${url}, ${isCurrent})`;
  await insert("https://a.example.com/", true);

  await assert.rejects(insert("https://b.example.com/", true), {
    constraint_name: "podcast_feed_location_current_unique",
  });
  await assert.rejects(insert("https://a.example.com/", false), {
    constraint_name: "podcast_feed_location_feed_url_unique",
  });
  await insert("https://b.example.com/", false);
  await sql.end();
});
