import { sql } from "drizzle-orm";
import { bigint, check, foreignKey, index, integer, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { atMost, id, instant } from "./columns.ts";
import { podcast } from "./podcast.ts";

/** A public list of podcasts. There is one, "Apple iTunes", which a migration inserts. */
export const directory = pgTable("directory", { id: id(), name: text("name").notNull() }, (t) => [
  unique("directory_name_unique").on(t.name),
  atMost("directory_name_length", t.name, 100),
]);

/** A podcast as a directory describes it. */
export const directoryPodcast = pgTable(
  "directory_podcast",
  {
    id: id(),
    directoryId: bigint("directory_id", { mode: "number" }).notNull(),
    /** The podcast's ID in the directory. */
    vendorId: text("vendor_id").notNull(),
    title: text("title").notNull(),
    author: text("author"),
    feedUrl: text("feed_url").notNull(),
    imageUrl: text("image_url"),
    /** Set once the podcast was added from this row. A podcast stored under `feedUrl` is found without it. */
    podcastId: bigint("podcast_id", { mode: "number" }),
    /** Why the last attempt to add it failed. */
    lastError: text("last_error"),
    lastErrorAt: instant("last_error_at"),
    createdAt: instant("created_at").notNull().default(sql`podcore_now()`),
    /** When a search last found it, or somebody last tried to add it. */
    updatedAt: instant("updated_at").notNull().default(sql`podcore_now()`),
  },
  (t) => [
    foreignKey({
      name: "directory_podcast_directory_fk",
      columns: [t.directoryId],
      foreignColumns: [directory.id],
    }),
    foreignKey({
      name: "directory_podcast_podcast_fk",
      columns: [t.podcastId],
      foreignColumns: [podcast.id],
    }).onDelete("set null"),
    unique("directory_podcast_directory_id_vendor_id_unique").on(t.directoryId, t.vendorId),
    index("directory_podcast_podcast_id_idx").on(t.podcastId),
    // To find those that no search has found for long.
    index("directory_podcast_unused_idx").on(t.updatedAt).where(sql`${t.podcastId} is null and ${t.lastError} is null`),
    atMost("directory_podcast_vendor_id_length", t.vendorId, 200),
    atMost("directory_podcast_title_length", t.title, 500),
    atMost("directory_podcast_author_length", t.author, 200),
    atMost("directory_podcast_feed_url_length", t.feedUrl, 2_000),
    atMost("directory_podcast_image_url_length", t.imageUrl, 2_000),
    atMost("directory_podcast_last_error_length", t.lastError, 2_000),
    check("directory_podcast_error_has_instant", sql`(${t.lastError} is null) = (${t.lastErrorAt} is null)`),
  ],
);

/** A query sent to a directory. Kept so that the same query is not sent again within the hour. */
export const directorySearch = pgTable(
  "directory_search",
  {
    id: id(),
    directoryId: bigint("directory_id", { mode: "number" }).notNull(),
    query: text("query").notNull(),
    retrievedAt: instant("retrieved_at").notNull().default(sql`podcore_now()`),
  },
  (t) => [
    foreignKey({
      name: "directory_search_directory_fk",
      columns: [t.directoryId],
      foreignColumns: [directory.id],
    }),
    unique("directory_search_directory_id_query_unique").on(t.directoryId, t.query),
    index("directory_search_retrieved_at_idx").on(t.retrievedAt),
    atMost("directory_search_query_length", t.query, 100),
    check("directory_search_query_present", sql`${t.query} <> ''`),
  ],
);

/** A directory's results for a query. `position` is the rank in its order. */
export const directorySearchHit = pgTable(
  "directory_search_hit",
  {
    directorySearchId: bigint("directory_search_id", { mode: "number" }).notNull(),
    position: integer("position").notNull(),
    directoryPodcastId: bigint("directory_podcast_id", { mode: "number" }).notNull(),
  },
  (t) => [
    primaryKey({ name: "directory_search_hit_pk", columns: [t.directorySearchId, t.position] }),
    foreignKey({
      name: "directory_search_hit_directory_search_fk",
      columns: [t.directorySearchId],
      foreignColumns: [directorySearch.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "directory_search_hit_directory_podcast_fk",
      columns: [t.directoryPodcastId],
      foreignColumns: [directoryPodcast.id],
    }).onDelete("cascade"),
    index("directory_search_hit_directory_podcast_id_idx").on(t.directoryPodcastId),
    check("directory_search_hit_position_range", sql`${t.position} between 0 and 999`),
  ],
);
