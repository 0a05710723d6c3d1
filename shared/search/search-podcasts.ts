import { type SQL, sql } from "drizzle-orm";
import type { Edge, PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { isFound } from "../podcasts/visible.ts";
import { wholeOf } from "./documents/documents.ts";
import { hashOf } from "./documents/word-hash.ts";
import { hasAll, matches } from "./matching.ts";
import { hasPhrases, holds } from "./phrases.ts";
import { checkCursor, rankedPage } from "./ranked-page.ts";
import { type ParsedQuery, parseQuery } from "./search-query.ts";
import { whileSearching } from "./while-searching.ts";
import { findableWords } from "./words.ts";

// Candidates of each kind: readers rarely go further. Of a frequent word's, the shortest titles among the first ones.
const FOUND_MAX = 500;
const SORTED_MAX = 5_000;
const RESEMBLING_MAX = 100;
// With at least this many matches, a spelling error is unlikely.
const DIRECT_ENOUGH = 20;

type Row = {
  id: string;
  title: string;
  names: string;
  in_title: boolean;
  likeness: number;
  description: string | null;
};

/**
 * Searches podcasts that the account (or, without one, the public) may find. Returns ids, best first: exact titles,
 * titles that begin with the query, titles that contain it or all its words, podcasts whose title and names (author, owner,
 * persons) contain the words, then those whose description does; the most similar titles first within each group. If there
 * are few matches, podcasts with similar titles and names follow. Returns up to `first` + 1: one too many means there are
 * more.
 */
export async function searchPodcasts(
  db: Database,
  { query: typed, accountId, first, after }: PageRequest & { query: string; accountId: number | undefined },
): Promise<Edge<number>[]> {
  checkCursor({ first, after });
  const query = parseQuery(typed);
  if (query.alternatives.length === 0) return [];
  const rows = await whileSearching(db, (tx) => findRows(tx, { query, accountId }));
  const hits = rows.map((row) => ({ id: Number(row.id), rank: rankOf(row, query) }));
  return rankedPage(hits, { first, after });
}

async function findRows(tx: Database, { query, accountId }: { query: ParsedQuery; accountId: number | undefined }) {
  const plain = sql`${query.plain}::text`;
  const shortest = (condition: SQL, isInTitle: boolean) => sql`(
    select d.podcast_id, ${sql.raw(String(isInTitle))} as in_title
    from (select * from search_podcast d where ${condition} limit ${SORTED_MAX}::int) d
    join podcast on podcast.id = d.podcast_id and ${isFound(accountId)}
    order by char_length(d.title), d.podcast_id limit ${FOUND_MAX}::int)`;
  const rows = await tx.repeatable.execute<Row>(sql`
    with direct as materialized (
      select podcast_id, bool_or(in_title) as in_title from (
        ${shortest(hasAll([hashOf("whole", wholeOf(query.plain))]), true)}
        union all ${shortest(matches(query, "title"), true)}
        union all ${shortest(matches(query, "word"), false)}
      ) part group by podcast_id
    ), resembling as (
      select d.podcast_id, false as in_title from search_podcast d
      join podcast on podcast.id = d.podcast_id and ${isFound(accountId)}
      where ${plain} <% (d.title || ' ' || d.names) and (select count(*) from direct) < ${DIRECT_ENOUGH}::int
      order by word_similarity(${plain}, d.title || ' ' || d.names) + similarity(${plain}, d.title) desc, d.podcast_id
      limit ${RESEMBLING_MAX}::int
    )
    select d.podcast_id as id, d.title, d.names, found.in_title, ${hasPhrases(query) ? sql`p.description` : sql`null`} as description,
      greatest(word_similarity(${plain}, d.title) + similarity(${plain}, d.title),
        word_similarity(${plain}, d.title || ' ' || d.names)) as likeness
    from (
      select * from direct
      union all select * from resembling where podcast_id not in (select podcast_id from direct)
    ) found join search_podcast d using (podcast_id) join podcast p on p.id = d.podcast_id`);
  if (!hasPhrases(query)) return [...rows];
  return rows.filter(({ title, names, description }) => holds(query, `${title} | ${names} | ${description ?? ""}`));
}

/** Less is better. */
function rankOf(row: Row, query: ParsedQuery): number {
  return groupOf(row, query) * 1_000 + 1_000 - Math.round(400 * row.likeness);
}

function groupOf({ title, names, in_title: isInTitle }: Row, { plain, alternatives }: ParsedQuery): number {
  if (title === plain || wholeOf(title) === wholeOf(plain)) return 0;
  if (title.startsWith(plain)) return 1;
  if (isInTitle) return 2;
  const words = findableWords(`${title} ${names}`);
  return alternatives.some(({ groups }) => groups.every((group) => group.some((word) => words.has(word)))) ? 3 : 4;
}
