import assert from "node:assert/strict";
import { after, test } from "node:test";
import postgres from "postgres";
import { createDatabase } from "../support/postgres.ts";

// What the original's tables hold, by its names, and where it is held here. Nothing that fitted there is too long here.
type Held = {
  /** Columns here, with the most characters (of bytea: bytes) that the original takes. */
  bounds?: Record<string, number>;
  /** Constraints and unique indexes here. */
  rules: string[];
};
const TABLES: Record<string, Held> = {
  account: {
    bounds: { "account.last_seen_address": 100 },
    rules: ["account_email_unique", "account_email_has_password"],
  },
  account_podcast: { rules: ["account_podcast_account_id_podcast_id_unique"] },
  account_podcast_episode: {
    rules: [
      "account_episode_account_id_episode_id_unique",
      "account_episode_played_or_position",
      "account_episode_position_seconds_not_negative",
    ],
  },
  directory: { bounds: { "directory.name": 100 }, rules: ["directory_name_unique"] },
  directory_podcast: {
    bounds: {
      "directory_podcast.feed_url": 500,
      "directory_podcast.title": 500,
      "directory_podcast.vendor_id": 200,
      "directory_podcast.image_url": 500,
    },
    rules: ["directory_podcast_directory_id_vendor_id_unique"],
  },
  directory_podcast_directory_search: {
    rules: ["directory_search_hit_pk", "directory_search_hit_position_range"],
  },
  directory_podcast_exception: {
    bounds: { "directory_podcast.last_error": 1_000 },
    rules: ["directory_podcast_error_has_instant"],
  },
  directory_search: {
    bounds: { "directory_search.query": 100 },
    rules: ["directory_search_directory_id_query_unique"],
  },
  episode: {
    bounds: {
      "episode.title": 400,
      "episode.guid": 200,
      "episode.description_source": 20_000,
      "episode.description_html": 20_000,
      "episode.link_url": 500,
      "episode.media_url": 500,
      "episode.media_type": 100,
    },
    rules: ["episode_podcast_id_guid_unique"],
  },
  job: { bounds: { "job.name": 100 }, rules: ["job_args_object", "job_num_errors_not_negative"] },
  job_exception: { bounds: { "job.last_error": 1_000 }, rules: ["job_error_has_instant"] },
  key: {
    bounds: { "login.secret_sha256": 32, "api_key.secret_sha256": 32 },
    rules: ["login_secret_sha256_unique", "api_key_secret_sha256_unique"],
  },
  podcast: {
    bounds: {
      "podcast.title": 200,
      "podcast.description": 2_000,
      "podcast.image_url": 500,
      "podcast.link_url": 500,
      "podcast.language": 10,
    },
    rules: ["podcast_title_present"],
  },
  podcast_exception: { bounds: { "podcast_crawl.last_error": 1_000 }, rules: ["podcast_crawl_error_has_instant"] },
  podcast_feed_content: {
    bounds: { "podcast_feed_content.body": 1_000_000, "podcast_feed_content.sha256": 32 },
    rules: ["podcast_feed_content_podcast_id_sha256_unique"],
  },
  podcast_feed_location: {
    bounds: { "podcast_feed_location.feed_url": 500 },
    rules: ["podcast_feed_location_feed_url_unique"],
  },
  verification_code: {
    bounds: { "verification_code.secret_sha256": 32 },
    rules: ["verification_code_secret_sha256_unique"],
  },
};

const sql = postgres(await createDatabase(), { max: 1 });
after(() => sql.end());
const checks = await sql<{ table: string; definition: string }[]>`
  select conrelid::regclass::text as table, pg_get_constraintdef(oid) as definition from pg_constraint where contype = 'c'`;
const names = await sql<{ name: string }[]>`
  select conname as name from pg_constraint
  union select indexrelid::regclass::text from pg_index where indisunique`;

// "CHECK ((char_length(title) <= 500))", and of digests "octet_length(sha256) = 32".
const bounds = new Map(
  checks.flatMap(({ table, definition }): [string, number][] => {
    const [, column, max] = /(?:char|octet)_length\((\w+)\) (?:<=|=) (\d+)/.exec(definition) ?? [];
    return column === undefined ? [] : [[`${table}.${column}`, Number(max)]];
  }),
);

for (const [table, held] of Object.entries(TABLES)) {
  test(`what the original's ${table} takes is taken, under rules of the same meaning`, () => {
    const known = new Set(names.map(({ name }) => name));

    const tooTight = Object.entries(held.bounds ?? {}).filter(([column, max]) => !((bounds.get(column) ?? 0) >= max));
    const missing = held.rules.filter((name) => !known.has(name));

    assert.deepEqual({ tooTight, missing }, { tooTight: [], missing: [] });
  });
}

test("the one directory is Apple's, from the start", async () => {
  const rows = await sql`select name from directory`;

  assert.deepEqual(
    rows.map(({ name }) => name),
    ["Apple iTunes"],
  );
});
