import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { isSpelt } from "./documents/documents.ts";
import type { ParsedQuery } from "./search-query.ts";
import { wordsOf } from "./words.ts";

// Words that resemble one by their trigrams, of which the nearest by letters are taken.
const RESEMBLING_MAX = 50;
const NEAREST_MAX = 5;
// Each takes some ten milliseconds.
const WORDS_MAX = 8;

/**
 * Returns the query with the words that its words may be misspellings of, or undefined if there are none. Call it in a
 * transaction, whose settings it changes.
 */
export async function correctSpelling(db: Database, query: ParsedQuery): Promise<ParsedQuery | undefined> {
  const spelt = query.alternatives.flatMap(({ groups }) => groups.flat()).filter(isSpelt);
  const words = [...new Set(spelt)].slice(0, WORDS_MAX);
  if (words.length === 0) return undefined;
  const threshold = Math.min(...words.map(thresholdFor));
  await db.repeatable.execute(sql`select set_config('pg_trgm.similarity_threshold', ${String(threshold)}, true)`);
  // One statement for all words, since each has a time limit.
  const rows = await db.repeatable.execute<{ word: string; candidate: string }>(sql`
    select typed.word, known.word as candidate
    from jsonb_array_elements_text(${JSON.stringify(words)}::jsonb) as typed(word), lateral (
      select word from search_word where search_word.word % typed.word
      order by similarity(search_word.word, typed.word) desc, search_word.word limit ${RESEMBLING_MAX}::int
    ) known`);
  const candidates = Map.groupBy(rows, ({ word }) => word);
  const meant = new Map(
    words.map((word) => [word, nearestOf(word, candidates.get(word)?.map(({ candidate }) => candidate) ?? [])]),
  );
  if ([...meant.values()].every((nearest) => nearest.length === 0)) return undefined;
  const correct = (group: string[]) => [...new Set(group.flatMap((word) => [word, ...(meant.get(word) ?? [])]))];
  return {
    ...query,
    alternatives: query.alternatives.map((it) => ({ ...it, phrases: [], groups: it.groups.map(correct) })),
  };
}

/** Returns the words that differ from `word` by the fewest letters, if those are few enough. */
export function nearestOf(word: string, candidates: readonly string[]): string[] {
  const max = word.length <= 5 ? 1 : word.length <= 8 ? 2 : 3;
  const near = candidates
    .map((candidate) => ({ candidate, distance: distanceOf(word, candidate) }))
    .filter(({ distance }) => distance <= max);
  const least = Math.min(...near.map(({ distance }) => distance).filter((distance) => distance > 0));
  return near
    .filter(({ distance }) => distance === least)
    .slice(0, NEAREST_MAX)
    .flatMap(({ candidate }) => wordsOf(candidate));
}

/** The similarity of a word of this length to one with another letter: the higher, the fewer words are compared. */
function thresholdFor({ length }: string): number {
  return length <= 4 ? 0.25 : length === 5 ? 0.3 : 0.35;
}

/** The number of letters to insert, delete, replace or swap with the next to make one word of another. */
function distanceOf(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
