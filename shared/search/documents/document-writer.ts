import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import type { Database } from "../../db/pool.ts";
import { episodeDocument, podcastDocument, textOfNotes } from "./documents.ts";

// A transaction of about 100 ms, whose texts take a few megabytes.
const BATCH_SIZE = 100;
// As long as people write notes. Hostile feeds repeat themselves for longer.
const NOTES_MAX_CHARACTERS = 20_000;
// As much as is said in three hours.
const TRANSCRIPT_MAX_CHARACTERS = 200_000;

export type WriteResult = { numWritten: number };

/**
 * Writes the documents of podcasts and episodes that have changed, the last ones first, until none are left or `budgetMs` is
 * used up. Any number of calls may run in parallel.
 */
export async function run(ctx: Context, { budgetMs }: { budgetMs: number }): Promise<WriteResult> {
  const mayGoOn = ctx.until(budgetMs);
  let numWritten = 0;
  while (mayGoOn()) {
    const num = await ctx.db.repeatable.transaction(writeBatch);
    numWritten += num;
    if (num === 0) break;
  }
  if (numWritten > 0) ctx.log.info("Search documents written", { num_written: numWritten });
  return { numWritten };
}

/** Writes a batch of documents and returns the number of pending rows that it took, 0 at the end. */
async function writeBatch(tx: Database): Promise<number> {
  // Deletes first: what changes from now on is noted in new rows.
  const pending = await tx.repeatable.execute<{ episode_id: string | null; podcast_id: string | null }>(sql`
    delete from search_pending where id = any(array(
      select id from search_pending order by id desc limit ${BATCH_SIZE}::int for update skip locked))
    returning episode_id, podcast_id`);
  const idsOf = (column: "episode_id" | "podcast_id") => [
    ...new Set(pending.map((row) => row[column]).filter((id) => id !== null)),
  ];
  const spelling = [
    ...(await writePodcasts(tx, idsOf("podcast_id"))),
    ...(await writeEpisodes(tx, idsOf("episode_id"))),
  ];
  if (spelling.length > 0) await addSpelling(tx, spelling);
  return pending.length;
}

/** Writes documents, and returns the words that misspelt ones may mean. */
async function writePodcasts(tx: Database, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  type Row = { id: string; title: string; names: string; description: string | null };
  const rows = await tx.repeatable.execute<Row>(sql`
    select id, title, description, concat_ws(' | ', author, owner_name, ${personsOf("podcast")}) as names
    from podcast where id = any(${`{${ids.join(",")}}`}::bigint[]) order by id for key share`);
  const documents = rows.map((row) => podcastDocument({ ...row, podcastId: Number(row.id) }));
  await tx.repeatable.execute(sql`
    insert into search_podcast as d (podcast_id, words, title, names)
    select "podcastId", words::int[], title, names
    from jsonb_to_recordset(${JSON.stringify(documents)}::jsonb) as new("podcastId" bigint, words text, title text, names text)
    on conflict (podcast_id) do update set words = excluded.words, title = excluded.title, names = excluded.names
    where (d.words, d.title, d.names) is distinct from (excluded.words, excluded.title, excluded.names)`);
  return documents.flatMap(({ spelling }) => spelling);
}

async function writeEpisodes(tx: Database, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  type Row = Record<"id" | "podcast_id" | "published_at" | "day" | "title" | "names", string> & {
    notes: string | null;
    transcript: string | null;
  };
  const rows = await tx.repeatable.execute<Row>(sql`
    select id, podcast_id, published_at::text, to_char(published_at at time zone 'UTC', 'YYYY-MM-DD') as day, title,
      concat_ws(' | ', author, ${personsOf("episode")}) as names,
      left(description_html, ${NOTES_MAX_CHARACTERS}::int) as notes,
      case when namespace->'transcripts' <> '[]' then (
        select left(text, ${TRANSCRIPT_MAX_CHARACTERS}::int) from transcript where episode_id = episode.id
      ) end as transcript
    from episode where id = any(${`{${ids.join(",")}}`}::bigint[]) and not is_blocked order by id for key share`);
  const documents = rows.map((row) =>
    episodeDocument({
      episodeId: Number(row.id),
      podcastId: Number(row.podcast_id),
      publishedAt: row.published_at,
      ...{ day: row.day, title: row.title, names: row.names },
      texts: [row.notes && textOfNotes(row.notes), row.transcript],
    }),
  );
  const isWritten = new Set(rows.map(({ id }) => id));
  const without = ids.filter((id) => !isWritten.has(id));
  await tx.repeatable.execute(sql`
    delete from search_episode where episode_id = any(${`{${without.join(",")}}`}::bigint[])`);
  await tx.repeatable.execute(sql`
    insert into search_episode as d (episode_id, podcast_id, published_at, words)
    select "episodeId", "podcastId", "publishedAt", words::int[]
    from jsonb_to_recordset(${JSON.stringify(documents)}::jsonb) as new("episodeId" bigint, "podcastId" bigint, "publishedAt" timestamptz, words text)
    on conflict (episode_id) do update
      set podcast_id = excluded.podcast_id, published_at = excluded.published_at, words = excluded.words
    where (d.podcast_id, d.published_at, d.words) is distinct from (excluded.podcast_id, excluded.published_at, excluded.words)`);
  return documents.flatMap(({ spelling }) => spelling);
}

/** The names of podcast:person. */
function personsOf(table: "podcast" | "episode") {
  return sql`(select string_agg(person->>'name', ' | ') from jsonb_array_elements(${sql.raw(table)}.namespace->'persons') person)`;
}

async function addSpelling(tx: Database, spelling: readonly string[]): Promise<void> {
  // In one order, so that parallel batches with the same new words cannot deadlock.
  const words = [...new Set(spelling)].sort();
  await tx.repeatable.execute(sql`
    insert into search_word (word) select word from jsonb_array_elements_text(${JSON.stringify(words)}::jsonb) as new(word)
    where not exists (select from search_word known where known.word = new.word)
    order by word collate "C" on conflict do nothing`);
}
