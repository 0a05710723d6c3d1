import { sql } from "drizzle-orm";
import { decodeNumberCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { episodeDocument } from "../db/schema/search-documents.ts";
import { episode } from "../db/schema.ts";
import { isEpisodeListed, isFound } from "../podcasts/visible.ts";
import { titlePattern, whileSearching } from "./while-searching.ts";

// Most candidates of each kind that are ranked: readers rarely go further.
const TITLED_MAX = 500;
const WORDED_MAX = 2_000;
const RESEMBLING_MAX = 100;

/**
 * Searches episodes that the account (or, without one, the public) may find. Returns ids, best first: exact titles,
 * titles that begin with the query, titles that contain it or all its words, then episodes whose author and notes
 * contain them; newest first within each group. If none match, returns episodes with similar titles. Returns up to
 * `first` + 1: one too many means there are more.
 */
export async function searchEpisodes(
  db: Database,
  { query, accountId, first, after }: PageRequest & { query: string; accountId: number | undefined },
): Promise<Edge<number>[]> {
  const from = after === undefined ? undefined : decodeNumberCursor(after);
  const title = sql`lower(${episode.title})`;
  const typed = sql`${query}::text`;
  const words = sql`websearch_to_tsquery('simple', ${typed})`;
  const listed = sql`episode join podcast on podcast.id = episode.podcast_id and ${isEpisodeListed()} and ${isFound(accountId)}`;
  const rows = await whileSearching(db, (tx) =>
    tx.repeatable.execute<{ id: string; rank: string }>(sql`
      with worded as materialized (
        select episode.id from ${listed} where ${episodeDocument(episode)} @@ ${words}
      ), titled as (
        select episode.id from ${listed} where ${title} like ${titlePattern(query)}::text
        order by char_length(${title}), episode.id desc limit ${TITLED_MAX}::int
      ), direct as (
        select id from titled union (select id from worded order by id desc limit ${WORDED_MAX}::int)
      ), resembling as (
        select episode.id from ${listed} where ${typed} <% ${title} and not exists (select from direct)
        order by word_similarity(${typed}, ${title}) desc, episode.id desc limit ${RESEMBLING_MAX}::int
      ), ranked as (
        select episode.id, case
            when ${title} = ${typed} then 0
            when starts_with(${title}, ${typed}) then 1
            when position(${typed} in ${title}) > 0 or to_tsvector('simple', ${title}) @@ ${words} then 2
            else 3
          end * 1000000000000
          -- Newest first: subtracts from the year 10000, which is later than any stored date.
          + 253402300800 - floor(extract(epoch from ${episode.publishedAt}))::bigint as rank
        from (select id from direct union select id from resembling) found join episode on episode.id = found.id
      )
      select id, rank from ranked
      ${from && sql`where (rank, id) > (${from.key}::bigint, ${from.id}::bigint)`}
      order by rank, id
      limit ${first + 1}::int`),
  );
  return rows.map(({ id, rank }) => ({ node: Number(id), cursor: encodeCursor(rank, Number(id)) }));
}
