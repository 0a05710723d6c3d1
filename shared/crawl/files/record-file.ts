import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import type { ReadTranscript } from "../../feed/files/read-transcript.ts";
import { textOf } from "../../feed/files/segments.ts";
import type { Chapter } from "../../feed/model.ts";
import type { WhichFile } from "./find-requested-file.ts";
import { FILE_KEPT_FOR } from "./request-files.ts";

/** Where content was fetched from, and its validators. */
type Source = { url: string; etag: string | undefined; lastModified: string | undefined };

// The first time after which a broken file is tried again if somebody opens the episode. It doubles, up to a month.
const RETRY_AFTER = "1 day";
const MAX_RETRY_AFTER = "30 days";

/** Records that a file has not changed. RFC 9110 15.4.5: a 304 carries the validators that changed. */
export async function recordUnchanged(db: Database, which: WhichFile, { etag, lastModified }: Source): Promise<void> {
  await db.repeatable.execute(sql`
    update episode_file set ${checked()}, etag = coalesce(${etag ?? null}::text, etag),
      last_modified = coalesce(${lastModified ?? null}::text, last_modified)
    where ${isIt(which)}`);
}

/** Stores an episode's chapters. Does nothing if the request is gone: the podcast was taken down. */
export async function recordChapters(
  db: Database,
  which: WhichFile,
  { source, chapters }: { source: Source; chapters: Chapter[] },
): Promise<void> {
  await db.repeatable.execute(sql`
    update episode_file set ${checked()}, ${from(source)}, chapters = ${JSON.stringify(chapters)}::jsonb
    where ${isIt(which)}`);
}

type Read = { source: Source; language: string | undefined; transcript: ReadTranscript };

/** Stores an episode's transcript. Does nothing if the request is gone: the podcast was taken down. */
export async function recordTranscript(
  db: Database,
  which: WhichFile,
  { source, language, transcript: { type, segments } }: Read,
): Promise<void> {
  await db.repeatable.execute(sql`
    with file as (
      update episode_file set ${checked()}, ${from(source)} where ${isIt(which)} returning episode_id
    )
    insert into transcript (episode_id, language, type, segments, text)
    select episode_id, ${language ?? null}::text, ${type}::text, ${JSON.stringify(segments)}::jsonb, ${textOf(segments)}::text
    from file
    on conflict (episode_id) do update set
      language = excluded.language, type = excluded.type, segments = excluded.segments, text = excluded.text`);
}

/** Records that a file could not be fetched, and leaves the stored content alone. */
export async function recordFileFailure(db: Database, which: WhichFile, { error }: { error: string }): Promise<void> {
  // Only while it is requested, so that a repetition counts once.
  await db.repeatable.execute(sql`
    update episode_file set
      requested_at = null, checked_at = podcore_now(), num_failures = num_failures + 1,
      last_error = left(${error}::text, 2000),
      retry_at = podcore_now() + least(${RETRY_AFTER}::interval * 2 ^ least(num_failures, 10), ${MAX_RETRY_AFTER}::interval)
    where ${isIt(which)} and requested_at is not null`);
}

function isIt({ episodeId, kind }: WhichFile): SQL {
  return sql`episode_id = ${episodeId}::bigint and kind = ${kind}::text`;
}

function checked(): SQL {
  return sql`requested_at = null, checked_at = podcore_now(), num_failures = 0, last_error = null, retry_at = null,
    kept_until = podcore_now() + ${FILE_KEPT_FOR}::interval`;
}

function from({ url, etag, lastModified }: Source): SQL {
  return sql`url = ${url}::text, etag = ${etag ?? null}::text, last_modified = ${lastModified ?? null}::text`;
}
