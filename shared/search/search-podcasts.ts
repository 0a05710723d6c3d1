import { sql } from "drizzle-orm";
import { decodeNumberCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { podcastDocument } from "../db/schema/search-documents.ts";
import { podcast } from "../db/schema.ts";
import { isFound } from "../podcasts/visible.ts";
import { titlePattern, whileSearching } from "./while-searching.ts";

// Most candidates of each kind that are ranked: readers rarely go further.
const TITLED_MAX = 500;
const WORDED_MAX = 2_000;
const RESEMBLING_MAX = 100;
// With at least this many matches, a spelling error is unlikely.
const DIRECT_ENOUGH = 20;

/**
 * Searches podcasts that the account (or, without one, the public) may find. Returns ids, best first: exact titles,
 * titles that begin with the query, titles that contain it or all its words, podcasts whose title and author contain
 * the words, then those whose description does; the most similar titles first within each group. If there are few
 * matches, podcasts with similar titles follow. Returns up to `first` + 1: one too many means there are more.
 */
export async function searchPodcasts(
  db: Database,
  { query, accountId, first, after }: PageRequest & { query: string; accountId: number | undefined },
): Promise<Edge<number>[]> {
  const from = after === undefined ? undefined : decodeNumberCursor(after);
  const title = sql`lower(${podcast.title})`;
  const typed = sql`${query}::text`;
  const words = sql`websearch_to_tsquery('simple', ${typed})`;
  const rows = await whileSearching(db, (tx) =>
    tx.repeatable.execute<{ id: string; rank: number }>(sql`
      with worded as materialized (
        select podcast.id from podcast where ${podcastDocument(podcast)} @@ ${words} and ${isFound(accountId)}
      ), titled as (
        select podcast.id from podcast where ${title} like ${titlePattern(query)}::text and ${isFound(accountId)}
        order by char_length(${title}), podcast.id limit ${TITLED_MAX}::int
      ), direct as (
        select id from titled union (select id from worded order by id limit ${WORDED_MAX}::int)
      ), resembling as (
        select podcast.id from podcast
        where ${typed} <% ${title} and ${isFound(accountId)} and (select count(*) from direct) < ${DIRECT_ENOUGH}::int
        order by word_similarity(${typed}, ${title}) + similarity(${typed}, ${title}) desc, podcast.id
        limit ${RESEMBLING_MAX}::int
      ), ranked as (
        select podcast.id, 5000 - case
            when ${title} = ${typed} then 4000
            when starts_with(${title}, ${typed}) then 3000
            when position(${typed} in ${title}) > 0 or to_tsvector('simple', ${title}) @@ ${words} then 2000
            when to_tsvector('simple', ${title} || ' ' || coalesce(${podcast.author}, '')) @@ ${words} then 1000
            else 0
          end - round(400 * (word_similarity(${typed}, ${title}) + similarity(${typed}, ${title})))::int as rank
        from (select id from direct union select id from resembling) found join podcast on podcast.id = found.id
      )
      select id, rank from ranked
      ${from && sql`where (rank, id) > (${from.key}::bigint, ${from.id}::bigint)`}
      order by rank, id
      limit ${first + 1}::int`),
  );
  return rows.map(({ id, rank }) => ({ node: Number(id), cursor: encodeCursor(String(rank), Number(id)) }));
}
