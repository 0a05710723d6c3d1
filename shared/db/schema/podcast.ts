import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type { Category, ChannelNamespace, Chapter, EpisodeNamespace } from "../../feed/model.ts";
import { atMost, bytea, id, instant } from "./columns.ts";
import { episodeDocument, podcastDocument } from "./search-documents.ts";

/**
 * `secret`: a URL on the way to the feed carries a password or token. `suspected`: its path looks like a token, and nobody
 * has said whether it is one. `marked`: somebody said so when adding it.
 */
export type PrivateReason = "secret" | "suspected" | "marked";

/** A show. What the feed said, as of its last good crawl. */
export const podcast = pgTable(
  "podcast",
  {
    id: id(),
    title: text("title").notNull(),
    description: text("description"),
    author: text("author"),
    ownerName: text("owner_name"),
    language: text("language"),
    copyright: text("copyright"),
    linkUrl: text("link_url"),
    imageUrl: text("image_url"),
    categories: jsonb("categories").$type<Category[]>().notNull().default([]),
    isExplicit: boolean("is_explicit"),
    itunesType: text("itunes_type").$type<"episodic" | "serial">(),
    isComplete: boolean("is_complete").notNull().default(false),
    /** The show asks to stay out of public lists (itunes:block). */
    isBlocked: boolean("is_blocked").notNull().default(false),
    /** Seen only by accounts that subscribe or gave the feed's URL: on no public list, page, search or API. */
    isPrivate: boolean("is_private").notNull().default(false),
    /** Why it is private. NULL for a public podcast, and for a private one stored before this was recorded. */
    privateReason: text("private_reason").$type<PrivateReason>(),
    /** When the operator blocked it: shown to nobody and not crawled. NULL: it is not blocked. */
    takenDownAt: instant("taken_down_at"),
    /** What the operator gave as the reason. Readers see it. */
    takenDownReason: text("taken_down_reason"),
    newFeedUrl: text("new_feed_url"),
    podcastGuid: text("podcast_guid"),
    isLocked: boolean("is_locked"),
    medium: text("medium"),
    namespace: jsonb("namespace").$type<ChannelNamespace>().notNull(),
    feedKind: text("feed_kind").$type<"rss" | "rdf" | "atom">().notNull(),
    createdAt: instant("created_at").notNull().default(sql`podcore_now()`),
    updatedAt: instant("updated_at").notNull().default(sql`podcore_now()`),
  },
  (t) => [
    index("podcast_title_idx").on(sql`lower(${t.title})`, t.id),
    index("podcast_document_idx").using("gin", podcastDocument(t)),
    index("podcast_title_trigrams_idx").using("gin", sql`lower(${t.title}) gin_trgm_ops`),
    atMost("podcast_title_length", t.title, 500),
    atMost("podcast_description_length", t.description, 4_000),
    atMost("podcast_author_length", t.author, 200),
    atMost("podcast_owner_name_length", t.ownerName, 200),
    atMost("podcast_language_length", t.language, 20),
    atMost("podcast_copyright_length", t.copyright, 200),
    atMost("podcast_link_url_length", t.linkUrl, 2_000),
    atMost("podcast_image_url_length", t.imageUrl, 2_000),
    atMost("podcast_new_feed_url_length", t.newFeedUrl, 2_000),
    atMost("podcast_podcast_guid_length", t.podcastGuid, 200),
    atMost("podcast_medium_length", t.medium, 200),
    check("podcast_title_present", sql`${t.title} <> ''`),
    check("podcast_private_reason_known", sql`${t.privateReason} in ('secret', 'suspected', 'marked')`),
    check("podcast_takedown_has_reason", sql`(${t.takenDownAt} is null) = (${t.takenDownReason} is null)`),
    atMost("podcast_taken_down_reason_length", t.takenDownReason, 500),
    check("podcast_itunes_type_known", sql`${t.itunesType} in ('episodic', 'serial')`),
    check("podcast_feed_kind_known", sql`${t.feedKind} in ('rss', 'rdf', 'atom')`),
    check("podcast_categories_array", sql`jsonb_typeof(${t.categories}) = 'array'`),
    check("podcast_namespace_object", sql`jsonb_typeof(${t.namespace}) = 'object'`),
  ],
);

/** When a podcast is to be crawled, who is at it, and how the last crawls went. Apart from podcast, whose rows stay unwritten by a crawl that finds nothing new. */
export const podcastCrawl = pgTable(
  "podcast_crawl",
  {
    podcastId: bigint("podcast_id", { mode: "number" }).primaryKey(),
    dueAt: instant("due_at").notNull(),
    /** Nobody else claims the podcast before this instant. NULL: nobody is at it. */
    leaseExpiresAt: instant("lease_expires_at"),
    /** Fencing token: grows by one with each claim, and a result is stored only under the token it was claimed with. */
    leaseToken: bigint("lease_token", { mode: "number" }).notNull().default(0),
    /** How many claims in a row have run out without an end. Its feed may be what killed those crawlers. */
    numUnfinished: integer("num_unfinished").notNull().default(0),
    lastAttemptedAt: instant("last_attempted_at"),
    lastSucceededAt: instant("last_succeeded_at"),
    /** When the feed's bytes were last seen to differ. */
    lastChangedAt: instant("last_changed_at"),
    numFailures: integer("num_failures").notNull().default(0),
    lastError: text("last_error"),
    lastErrorAt: instant("last_error_at"),
    /** The host answered 410: checked once a month. */
    goneAt: instant("gone_at"),
    /** Validators exactly as the host sent them (RFC 9110 8.8), of the content that was stored last. */
    etag: text("etag"),
    lastModified: text("last_modified"),
    /** Where the host says that the feed has moved to for good, and since when it has said so in every crawl. */
    movedToUrl: text("moved_to_url"),
    movedSince: instant("moved_since"),
    numMovesSeen: integer("num_moves_seen").notNull().default(0),
    /** The show's GUID, else its title, from before that: it has to be the same show there. */
    movedIdentity: text("moved_identity"),
  },
  (t) => [
    foreignKey({ name: "podcast_crawl_podcast_fk", columns: [t.podcastId], foreignColumns: [podcast.id] }).onDelete(
      "cascade",
    ),
    index("podcast_crawl_due_at_idx").on(t.dueAt),
    atMost("podcast_crawl_last_error_length", t.lastError, 2_000),
    atMost("podcast_crawl_etag_length", t.etag, 8_192),
    atMost("podcast_crawl_last_modified_length", t.lastModified, 8_192),
    atMost("podcast_crawl_moved_to_url_length", t.movedToUrl, 2_000),
    check("podcast_crawl_move_has_instant", sql`(${t.movedToUrl} is null) = (${t.movedSince} is null)`),
    check("podcast_crawl_num_failures_not_negative", sql`${t.numFailures} >= 0`),
    check("podcast_crawl_num_unfinished_not_negative", sql`${t.numUnfinished} >= 0`),
    check("podcast_crawl_error_has_instant", sql`(${t.lastError} is null) = (${t.lastErrorAt} is null)`),
  ],
);

/** Every URL that a podcast's feed has been found at: a podcast is any of them. */
export const podcastFeedLocation = pgTable(
  "podcast_feed_location",
  {
    id: id(),
    podcastId: bigint("podcast_id", { mode: "number" }).notNull(),
    feedUrl: text("feed_url").notNull(),
    /** The one that the crawler asks. */
    isCurrent: boolean("is_current").notNull(),
    firstRetrievedAt: instant("first_retrieved_at").notNull().default(sql`podcore_now()`),
    lastRetrievedAt: instant("last_retrieved_at").notNull().default(sql`podcore_now()`),
  },
  (t) => [
    foreignKey({
      name: "podcast_feed_location_podcast_fk",
      columns: [t.podcastId],
      foreignColumns: [podcast.id],
    }).onDelete("cascade"),
    unique("podcast_feed_location_feed_url_unique").on(t.feedUrl),
    uniqueIndex("podcast_feed_location_current_unique").on(t.podcastId).where(sql`${t.isCurrent}`),
    index("podcast_feed_location_podcast_id_idx").on(t.podcastId),
    atMost("podcast_feed_location_feed_url_length", t.feedUrl, 2_000),
  ],
);

/** The newest raw feeds as they came, so that better code can read them again without the network. */
export const podcastFeedContent = pgTable(
  "podcast_feed_content",
  {
    id: id(),
    podcastId: bigint("podcast_id", { mode: "number" }).notNull(),
    /** Of the bytes before compression. */
    sha256: bytea("sha256").notNull(),
    /** gzip */
    body: bytea("body").notNull(),
    numBytes: integer("num_bytes").notNull(),
    /** The charset may stand here only. */
    contentType: text("content_type"),
    /** What relative links are resolved against; without credentials. */
    baseUrl: text("base_url").notNull(),
    retrievedAt: instant("retrieved_at").notNull().default(sql`podcore_now()`),
  },
  (t) => [
    foreignKey({
      name: "podcast_feed_content_podcast_fk",
      columns: [t.podcastId],
      foreignColumns: [podcast.id],
    }).onDelete("cascade"),
    unique("podcast_feed_content_podcast_id_sha256_unique").on(t.podcastId, t.sha256),
    check("podcast_feed_content_sha256_length", sql`octet_length(${t.sha256}) = 32`),
    // The fetcher's cap on decoded bytes; hostile bytes may even grow a little under gzip.
    check("podcast_feed_content_body_length", sql`octet_length(${t.body}) <= 17825792`),
    check("podcast_feed_content_num_bytes_not_negative", sql`${t.numBytes} >= 0`),
    atMost("podcast_feed_content_content_type_length", t.contentType, 200),
    atMost("podcast_feed_content_base_url_length", t.baseUrl, 8_192),
  ],
);

/** An item of a feed that can be played. Kept when the feed drops it. */
export const episode = pgTable(
  "episode",
  {
    id: id(),
    podcastId: bigint("podcast_id", { mode: "number" }).notNull(),
    guid: text("guid").notNull(),
    /** Of the whole guid as the feed gave it, which may be longer than a btree key (2704 bytes) and than `guid`. */
    guidSha256: bytea("guid_sha256").notNull(),
    title: text("title").notNull(),
    /** Where the feed gives no date that can be read: when the episode was first seen, a second earlier per place in the feed. */
    publishedAt: instant("published_at").notNull(),
    /** Show notes as the feed gave them. Never put into a page. */
    descriptionSource: text("description_source"),
    /** Show notes, sanitised. */
    descriptionHtml: text("description_html"),
    author: text("author"),
    linkUrl: text("link_url"),
    imageUrl: text("image_url"),
    mediaUrl: text("media_url").notNull(),
    mediaType: text("media_type"),
    mediaBytes: bigint("media_bytes", { mode: "number" }),
    durationSeconds: integer("duration_seconds"),
    isExplicit: boolean("is_explicit"),
    isBlocked: boolean("is_blocked").notNull().default(false),
    season: integer("season"),
    seasonName: text("season_name"),
    episodeNumber: doublePrecision("episode_number"),
    episodeDisplay: text("episode_display"),
    episodeType: text("episode_type").$type<"full" | "trailer" | "bonus">(),
    chapters: jsonb("chapters").$type<Chapter[]>().notNull().default([]),
    namespace: jsonb("namespace").$type<EpisodeNamespace>().notNull(),
    /** Of the converted item: a row whose digest is the same is not rewritten. */
    itemSha256: bytea("item_sha256").notNull(),
    createdAt: instant("created_at").notNull().default(sql`podcore_now()`),
    updatedAt: instant("updated_at").notNull().default(sql`podcore_now()`),
  },
  (t) => [
    foreignKey({ name: "episode_podcast_fk", columns: [t.podcastId], foreignColumns: [podcast.id] }).onDelete(
      "cascade",
    ),
    unique("episode_podcast_id_guid_unique").on(t.podcastId, t.guidSha256),
    index("episode_podcast_id_published_at_idx").on(
      t.podcastId,
      t.publishedAt.desc().nullsFirst(),
      t.id.desc().nullsFirst(),
    ),
    index("episode_document_idx").using("gin", episodeDocument(t)),
    index("episode_title_trigrams_idx").using("gin", sql`lower(${t.title}) gin_trgm_ops`),
    atMost("episode_guid_length", t.guid, 2_000),
    check("episode_guid_sha256_length", sql`octet_length(${t.guidSha256}) = 32`),
    check("episode_item_sha256_length", sql`octet_length(${t.itemSha256}) = 32`),
    atMost("episode_title_length", t.title, 500),
    check("episode_title_present", sql`${t.title} <> ''`),
    atMost("episode_description_source_length", t.descriptionSource, 64_000),
    // Sanitising escapes and closes what it keeps, so it may grow.
    atMost("episode_description_html_length", t.descriptionHtml, 512_000),
    atMost("episode_author_length", t.author, 200),
    atMost("episode_link_url_length", t.linkUrl, 2_000),
    atMost("episode_image_url_length", t.imageUrl, 2_000),
    atMost("episode_media_url_length", t.mediaUrl, 2_000),
    atMost("episode_media_type_length", t.mediaType, 100),
    atMost("episode_season_name_length", t.seasonName, 200),
    atMost("episode_episode_display_length", t.episodeDisplay, 200),
    check("episode_media_bytes_not_negative", sql`${t.mediaBytes} >= 0`),
    check("episode_duration_seconds_not_negative", sql`${t.durationSeconds} >= 0`),
    check("episode_episode_type_known", sql`${t.episodeType} in ('full', 'trailer', 'bonus')`),
    check("episode_chapters_array", sql`jsonb_typeof(${t.chapters}) = 'array'`),
    check("episode_namespace_object", sql`jsonb_typeof(${t.namespace}) = 'object'`),
  ],
);

export type Podcast = typeof podcast.$inferSelect;
export type Episode = typeof episode.$inferSelect;
