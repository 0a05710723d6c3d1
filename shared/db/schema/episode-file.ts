import { sql } from "drizzle-orm";
import { bigint, check, foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { Segment } from "../../feed/files/segments.ts";
import type { Chapter } from "../../feed/model.ts";
import { atMost, bytea, instant } from "./columns.ts";
import { episode } from "./episode.ts";

export type FileKind = "chapters" | "transcript";

/**
 * The chapters or the transcript that an episode's item links to: when the file was requested and fetched. A row exists
 * once somebody has opened the episode, or follows the podcast.
 */
export const episodeFile = pgTable(
  "episode_file",
  {
    episodeId: bigint("episode_id", { mode: "number" }).notNull(),
    kind: text("kind").$type<FileKind>().notNull(),
    /** What the item linked to when the file was last requested: the value in `episode.namespace`. */
    links: jsonb("links").notNull(),
    /** The item's hash at that time. If it has changed, the file may have changed too. */
    itemSha256: bytea("item_sha256").notNull(),
    /** Since when a job is to fetch the file. NULL if none is. */
    requestedAt: instant("requested_at"),
    /** When the last attempt ended. */
    checkedAt: instant("checked_at"),
    numFailures: integer("num_failures").notNull().default(0),
    lastError: text("last_error"),
    /** After failures, the same links are not fetched before this instant. */
    retryAt: instant("retry_at"),
    /** Where the stored content is from, and its validators. NULL if none is stored. */
    url: text("url"),
    etag: text("etag"),
    lastModified: text("last_modified"),
    /** Of kind `chapters`. That of a transcript is in the table `transcript`. */
    chapters: jsonb("chapters").$type<Chapter[]>(),
    /** The clean tick then deletes the row and its transcript, unless somebody follows the podcast. */
    keptUntil: instant("kept_until").notNull(),
  },
  (t) => [
    primaryKey({ name: "episode_file_pk", columns: [t.episodeId, t.kind] }),
    foreignKey({ name: "episode_file_episode_fk", columns: [t.episodeId], foreignColumns: [episode.id] }).onDelete(
      "cascade",
    ),
    index("episode_file_kept_until_idx").on(t.keptUntil),
    check("episode_file_kind_known", sql`${t.kind} in ('chapters', 'transcript')`),
    check("episode_file_item_sha256_length", sql`octet_length(${t.itemSha256}) = 32`),
    check("episode_file_num_failures_not_negative", sql`${t.numFailures} >= 0`),
    check("episode_file_chapters_array", sql`jsonb_typeof(${t.chapters}) = 'array'`),
    atMost("episode_file_last_error_length", t.lastError, 2_000),
    atMost("episode_file_url_length", t.url, 2_000),
    atMost("episode_file_etag_length", t.etag, 8_192),
    atMost("episode_file_last_modified_length", t.lastModified, 8_192),
  ],
);

/** The transcript of an episode, as read from the best of the files that its item links to. */
export const transcript = pgTable(
  "transcript",
  {
    episodeId: bigint("episode_id", { mode: "number" }).primaryKey(),
    /** BCP 47, as the item says. NULL if it does not: then it is the show's. */
    language: text("language"),
    /** MIME type of the format that was read. */
    type: text("type").notNull(),
    segments: jsonb("segments").$type<Segment[]>().notNull(),
    /** The text of all segments, a line for each, for search. At most 1,000,000 characters. */
    text: text("text").notNull(),
  },
  (t) => [
    foreignKey({ name: "transcript_episode_fk", columns: [t.episodeId], foreignColumns: [episode.id] }).onDelete(
      "cascade",
    ),
    check("transcript_segments_array", sql`jsonb_typeof(${t.segments}) = 'array'`),
    atMost("transcript_language_length", t.language, 200),
    atMost("transcript_type_length", t.type, 100),
    // A line break for each segment.
    atMost("transcript_text_length", t.text, 1_020_000),
  ],
);
