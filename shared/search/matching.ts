import { type SQL, sql } from "drizzle-orm";
import { hashOf, toArrayText, type WordKind } from "./documents/word-hash.ts";
import type { Alternative, ParsedQuery } from "./search-query.ts";

/** Documents that have all words of an alternative of the query, as words of this kind, and none of its excluded words. */
export function matches({ alternatives }: ParsedQuery, kind: WordKind): SQL {
  return sql`(${sql.join(
    alternatives.map((alternative) => sql`(${matchesAlternative(alternative, kind)})`),
    sql` or `,
  )})`;
}

function matchesAlternative({ groups, excluded }: Alternative, kind: WordKind): SQL {
  const single = groups.filter((group) => group.length === 1).flat();
  const conditions = [
    ...(single.length > 0 ? [hasAll(single.map((word) => hashOf(kind, word)))] : []),
    ...groups.filter((group) => group.length > 1).map((group) => hasAny(group.map((word) => hashOf(kind, word)))),
    ...(excluded.length > 0 ? [sql`not ${hasAny(excluded.map((word) => hashOf("word", word)))}`] : []),
  ];
  return sql.join(conditions, sql` and `);
}

// By the operators' full names: the extension intarray has others of these names, for which the index is of no use.
export function hasAll(hashes: readonly number[]): SQL {
  return sql`d.words operator(pg_catalog.@>) ${toArrayText(hashes)}::int[]`;
}

export function hasAny(hashes: readonly number[]): SQL {
  return sql`d.words operator(pg_catalog.&&) ${toArrayText(hashes)}::int[]`;
}
