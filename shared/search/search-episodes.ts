import { type SQL, sql } from "drizzle-orm";
import type { Edge, PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { isEpisodeListed, isFound, isVisible } from "../podcasts/visible.ts";
import { textOfNotes } from "./documents/documents.ts";
import { hashOf } from "./documents/word-hash.ts";
import { hasAll, matches } from "./matching.ts";
import { hasPhrases, holds } from "./phrases.ts";
import { publicationWindows } from "./publication-windows.ts";
import { checkCursor, rankedPage } from "./ranked-page.ts";
import { type ParsedQuery, parseQuery } from "./search-query.ts";
import { correctSpelling } from "./spelling.ts";
import { whileSearching } from "./while-searching.ts";
import { plainWords } from "./words.ts";

/** The most episodes that a search finds: readers rarely go further. */
export const FOUND_MAX = 500;
// Phrases are looked for in the notes themselves, of which each may take 60 kB.
const PHRASED_MAX = 100;
// Rows of a window that are sorted by date. More only if a word was much more frequent in the past.
const SORTED_MAX = 5_000;

type Asked = { query: string; accountId: number | undefined; podcastId?: number | undefined };
type Row = { id: string; in_title: boolean; title: string; published: string; notes: string | null };

/**
 * Searches episodes that the account (or, without one, the public) may find, or of one podcast, if the account may see it.
 * Returns ids, best first: exact titles, titles that begin with the query, titles that contain its words, then episodes
 * whose names and notes do; newest first within each group. If none match, looks for words that resemble the query's.
 * Returns up to `first` + 1: one too many means there are more.
 */
export async function searchEpisodes(
  db: Database,
  { first, after, ...asked }: PageRequest & Asked,
): Promise<Edge<number>[]> {
  checkCursor({ first, after });
  const query = parseQuery(asked.query);
  if (query.alternatives.length === 0) return [];
  const rows = await whileSearching(db, async (tx) => {
    const direct = await findRows(tx, { ...asked, query });
    if (direct.length > 0) return direct;
    const corrected = await correctSpelling(tx, query);
    return corrected === undefined ? [] : findRows(tx, { ...asked, query: corrected });
  });
  const hits = rows.map((row) => ({ id: Number(row.id), rank: rankOf(row, query) }));
  return rankedPage(hits, { first, after });
}

async function findRows(tx: Database, { query, accountId, podcastId }: Omit<Asked, "query"> & { query: ParsedQuery }) {
  const isPhrased = hasPhrases(query);
  const max = isPhrased ? PHRASED_MAX : FOUND_MAX;
  const windows = podcastId === undefined ? publicationWindows(new Date()) : [hasAll([hashOf("podcast", podcastId)])];
  const mayFind =
    podcastId === undefined ? isFound(accountId) : sql`podcast.id = ${podcastId}::bigint and ${isVisible(accountId)}`;
  const isTitled = matches(query, "title");
  const newest = (condition: SQL, isInTitle: boolean) => sql`(
    select d.episode_id, ${sql.raw(String(isInTitle))} as in_title
    from (select * from search_episode d where ${condition} limit ${SORTED_MAX}::int) d
    join podcast on podcast.id = d.podcast_id and ${mayFind}
    order by d.published_at desc, d.episode_id desc limit ${max}::int)`;
  // Postgres goes on to the next part only if the ones before found too few.
  const parts = [
    ...windows.map((window) => newest(sql`${isTitled} and ${window}`, true)),
    ...windows.map((window) => newest(sql`${matches(query, "word")} and ${window} and not ${isTitled}`, false)),
  ];
  const rows = await tx.repeatable.execute<Row>(sql`
    select episode.id, found.in_title, episode.title,
      floor(extract(epoch from episode.published_at))::bigint as published,
      ${isPhrased ? sql`concat_ws(' ', episode.author, left(episode.description_html, 20000))` : sql`null`} as notes
    from (select * from (${sql.join(parts, sql` union all `)}) part limit ${max}::int) found
    join episode on episode.id = found.episode_id and ${isEpisodeListed()}`);
  if (!isPhrased) return [...rows];
  return rows.filter(({ title, notes }) => holds(query, `${title} | ${textOfNotes(notes ?? "")}`));
}

// Later than any stored date: the year 10000, in seconds.
const END_OF_TIME = 253_402_300_800;

/** Less is better. */
function rankOf(row: Row, { plain }: ParsedQuery): number {
  return groupOf(row, plain) * 10 ** 12 + END_OF_TIME - Number(row.published);
}

function groupOf({ title, in_title: isInTitle }: Row, plain: string): number {
  const words = plainWords(title);
  if (words === plain) return 0;
  if (words.startsWith(plain)) return 1;
  return isInTitle ? 2 : 3;
}
