import { sql } from "drizzle-orm";
import { bigint, check, foreignKey, index, integer, pgTable, text } from "drizzle-orm/pg-core";
import { atMost, id, instant } from "./columns.ts";
import { episode } from "./episode.ts";
import { podcast } from "./podcast.ts";

// What searches read. Separate tables, so that a crawl writes none of their indexes: triggers note what has changed in
// search_pending, and shared/search/documents/document-writer.ts writes the documents later.
//
// Words are stored as hashes of 4 bytes: a third of the size of a tsvector. Two words of which somebody looks for one have
// the same hash once in thousands of searches. The indexes have no pending list (fastupdate), which every search would read.

/** Episodes and podcasts whose documents must be written. A row has one of both; several rows may have the same. */
export const searchPending = pgTable(
  "search_pending",
  {
    id: id(),
    episodeId: bigint("episode_id", { mode: "number" }),
    podcastId: bigint("podcast_id", { mode: "number" }),
  },
  (t) => [check("search_pending_one_subject", sql`num_nonnulls(${t.episodeId}, ${t.podcastId}) = 1`)],
);

/** What an episode is found by. Blocked episodes (itunes:block) have none. */
export const searchEpisode = pgTable(
  "search_episode",
  {
    episodeId: bigint("episode_id", { mode: "number" }).primaryKey(),
    podcastId: bigint("podcast_id", { mode: "number" }).notNull(),
    publishedAt: instant("published_at").notNull(),
    /** Hashes of words, of title words, of the podcast, and of the day and month of publication. */
    words: integer("words").array().notNull(),
  },
  (t) => [
    foreignKey({
      name: "search_episode_episode_fk",
      columns: [t.episodeId],
      foreignColumns: [episode.id],
    }).onDelete("cascade"),
    index("search_episode_words_idx").using("gin", t.words).with({ fastupdate: false }),
  ],
);

/** What a podcast is found by. */
export const searchPodcast = pgTable(
  "search_podcast",
  {
    podcastId: bigint("podcast_id", { mode: "number" }).primaryKey(),
    /** Hashes of words, of title words, and of the title as one word. */
    words: integer("words").array().notNull(),
    /** The title's words in lower case without accents. */
    title: text("title").notNull(),
    /** Those of author, owner and persons. */
    names: text("names").notNull(),
  },
  (t) => [
    foreignKey({
      name: "search_podcast_podcast_fk",
      columns: [t.podcastId],
      foreignColumns: [podcast.id],
    }).onDelete("cascade"),
    index("search_podcast_words_idx").using("gin", t.words).with({ fastupdate: false }),
    index("search_podcast_trigrams_idx")
      .using("gin", sql`(${t.title} || ' ' || ${t.names}) gin_trgm_ops`)
      .with({ fastupdate: false }),
  ],
);

/** Words of titles and names, to find what a misspelt word means. */
export const searchWord = pgTable("search_word", { word: text("word").primaryKey() }, (t) => [
  index("search_word_trigrams_idx").using("gin", sql`${t.word} gin_trgm_ops`).with({ fastupdate: false }),
  atMost("search_word_word_length", t.word, 60),
]);
