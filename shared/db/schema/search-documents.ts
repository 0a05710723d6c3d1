import { type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";

// Feeds are in all languages, so the configuration is "simple", which has no stemming and no stop words. The documents
// exist only in expression indexes, because columns would double the rows' size. A query must use the same expression.

/** Returns the words that a podcast is found by. */
export function podcastDocument(t: { title: AnyPgColumn; author: AnyPgColumn; description: AnyPgColumn }): SQL {
  return sql`to_tsvector('simple', ${t.title} || ' ' || coalesce(${t.author}, '') || ' ' || coalesce(${t.description}, ''))`;
}

/**
 * Returns the words that an episode is found by. Includes the first 20 000 characters of its notes: as long as people
 * write, and far below a tsvector's limit of 1 MB. Postgres's parser skips HTML tags.
 */
export function episodeDocument(t: { title: AnyPgColumn; author: AnyPgColumn; descriptionHtml: AnyPgColumn }): SQL {
  return sql`to_tsvector('simple', ${t.title} || ' ' || coalesce(${t.author}, '') || ' ' || left(coalesce(${t.descriptionHtml}, ''), 20000))`;
}
