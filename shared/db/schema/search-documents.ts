import { type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";

// Feeds are in all languages, so words are taken as they stand: "simple" knows no endings and no stop words. Kept in the
// indexes alone and not as columns, which would double the rows; a statement has to say the same to use the index.

/** The words that a podcast is found by. */
export function podcastDocument(t: { title: AnyPgColumn; author: AnyPgColumn; description: AnyPgColumn }): SQL {
  return sql`to_tsvector('simple', ${t.title} || ' ' || coalesce(${t.author}, '') || ' ' || coalesce(${t.description}, ''))`;
}

/**
 * The words that an episode is found by. Of its notes the first 20 000 characters: the longest that people write, and
 * far below the megabyte that a tsvector may have. Tags are left out by the parser itself.
 */
export function episodeDocument(t: { title: AnyPgColumn; author: AnyPgColumn; descriptionHtml: AnyPgColumn }): SQL {
  return sql`to_tsvector('simple', ${t.title} || ' ' || coalesce(${t.author}, '') || ' ' || left(coalesce(${t.descriptionHtml}, ''), 20000))`;
}
