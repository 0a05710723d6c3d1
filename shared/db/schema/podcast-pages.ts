import { sql } from "drizzle-orm";
import { bigint, check, foreignKey, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { atMost, instant } from "./columns.ts";
import { podcast } from "./podcast.ts";

/** How far a feed of several pages (RFC 5005) has been read. The crawl reads only its first page. */
export const podcastPages = pgTable(
  "podcast_pages",
  {
    podcastId: bigint("podcast_id", { mode: "number" }).primaryKey(),
    /** The page to read next. NULL once the last one was read, or cannot be. */
    nextUrl: text("next_url"),
    /** Pages read, without the first. */
    numPages: integer("num_pages").notNull().default(0),
    /** How many may be read, without another request. */
    maxPages: integer("max_pages").notNull().default(0),
    /** Size of the pages read. */
    numBytes: bigint("num_bytes", { mode: "number" }).notNull().default(0),
    /** Hashes of the URLs of the pages read. A page that links to one of them is the last. */
    seen: jsonb("seen").$type<string[]>().notNull().default([]),
    /** Since when a job is to read pages. NULL if none is. */
    requestedAt: instant("requested_at"),
    /** When a page was last read, or failed. */
    checkedAt: instant("checked_at"),
    /** Why reading has ended before the last page. */
    lastError: text("last_error"),
  },
  (t) => [
    foreignKey({ name: "podcast_pages_podcast_fk", columns: [t.podcastId], foreignColumns: [podcast.id] }).onDelete(
      "cascade",
    ),
    atMost("podcast_pages_next_url_length", t.nextUrl, 2_000),
    atMost("podcast_pages_last_error_length", t.lastError, 2_000),
    check("podcast_pages_num_pages_not_negative", sql`${t.numPages} >= 0`),
    check("podcast_pages_seen_array", sql`jsonb_typeof(${t.seen}) = 'array'`),
  ],
);
