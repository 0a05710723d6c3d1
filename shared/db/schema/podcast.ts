import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type { Category, ChannelExtras, ChannelNamespace, UpdateHints } from "../../feed/model.ts";
import { claimableAt } from "./claimable-at.ts";
import { atMost, bytea, id, instant } from "./columns.ts";

/**
 * Why a podcast is private. `secret`: the feed's URL, or one that redirected to it, contains a password or token.
 * `suspected`: its path looks like a token, and nobody has said whether it is. `marked`: someone said so when adding it.
 */
export type PrivateReason = "secret" | "suspected" | "marked";

/** A show, as its feed described it at the last successful crawl. */
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
    /** The feed asks to stay out of public lists (itunes:block). */
    isBlocked: boolean("is_blocked").notNull().default(false),
    /**
     * Visible only to accounts that subscribe to it or entered its feed's URL, in lists, pages, search and API. See
     * `PrivateReason`.
     */
    isPrivate: boolean("is_private").notNull().default(false),
    /** NULL for public podcasts, and for private ones stored before this column existed. */
    privateReason: text("private_reason").$type<PrivateReason>(),
    /** When the operator took it down. It is then hidden from everyone and not crawled. NULL if it is not taken down. */
    takenDownAt: instant("taken_down_at"),
    /** The operator's reason. Visitors see it. */
    takenDownReason: text("taken_down_reason"),
    /** When it was merged into another podcast (`podcast_merge`). It is then hidden, and kept so that it can come back. */
    mergedAt: instant("merged_at"),
    newFeedUrl: text("new_feed_url"),
    podcastGuid: text("podcast_guid"),
    isLocked: boolean("is_locked"),
    medium: text("medium"),
    namespace: jsonb("namespace").$type<ChannelNamespace>().notNull(),
    /** What else the feed says, for the API only. */
    extras: jsonb("extras").$type<ChannelExtras>(),
    feedKind: text("feed_kind").$type<"rss" | "rdf" | "atom" | "json">().notNull(),
    createdAt: instant("created_at").notNull().default(sql`podcore_now()`),
    updatedAt: instant("updated_at").notNull().default(sql`podcore_now()`),
  },
  (t) => [
    index("podcast_title_idx").on(sql`lower(${t.title})`, t.id),
    // For the operator's search. Searches of the site read search_podcast.
    index("podcast_title_trigrams_idx").using("gin", sql`lower(${t.title}) gin_trgm_ops`),
    // Each new feed is compared with what was taken down, which is little.
    index("podcast_taken_down_idx").on(t.id).where(sql`${t.takenDownAt} is not null`),
    index("podcast_merged_at_idx").on(t.mergedAt).where(sql`${t.mergedAt} is not null`),
    // To find the show of a new feed.
    index("podcast_podcast_guid_idx").on(t.podcastGuid).where(sql`${t.podcastGuid} is not null`),
    index("podcast_new_feed_url_idx").on(t.newFeedUrl).where(sql`${t.newFeedUrl} is not null`),
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
    check("podcast_feed_kind_known", sql`${t.feedKind} in ('rss', 'rdf', 'atom', 'json')`),
    check("podcast_categories_array", sql`jsonb_typeof(${t.categories}) = 'array'`),
    check("podcast_namespace_object", sql`jsonb_typeof(${t.namespace}) = 'object'`),
    check("podcast_extras_object", sql`jsonb_typeof(${t.extras}) = 'object'`),
  ],
);

/**
 * When a podcast is due, its lease, and the outcome of its last crawls. A separate table, so that a crawl that finds
 * nothing new does not rewrite the wide podcast row.
 */
export const podcastCrawl = pgTable(
  "podcast_crawl",
  {
    podcastId: bigint("podcast_id", { mode: "number" }).primaryKey(),
    /**
     * Whose requests it counts among: the host that answered the last crawl, after redirects, or before the first one that
     * of the current feed URL (`hostKeyOf`). If NULL, the next crawl tick fills it; until then the podcast is not claimed.
     */
    host: text("host"),
    dueAt: instant("due_at").notNull(),
    /** Why then: a `DueReason` of shared/crawl/crawl-schedule.ts. */
    dueReason: text("due_reason"),
    /** What the feed says about when to come back. NULL until a crawl has read it. */
    hints: jsonb("hints").$type<UpdateHints>(),
    /** When its last 50 episodes came, as seconds since 1970, oldest first. NULL until a crawl has succeeded. */
    arrivals: jsonb("arrivals").$type<number[]>(),
    /** How long the host said that its last reply was fresh. */
    maxAgeSeconds: integer("max_age_seconds"),
    /** No other crawler claims the podcast before this instant. NULL if no crawler holds it. */
    leaseExpiresAt: instant("lease_expires_at"),
    /** Fencing token. Each claim increments it, and a result is stored only under the token of its claim. */
    leaseToken: bigint("lease_token", { mode: "number" }).notNull().default(0),
    /** Consecutive claims that expired without an outcome. The feed may have killed those crawlers. */
    numUnfinished: integer("num_unfinished").notNull().default(0),
    lastAttemptedAt: instant("last_attempted_at"),
    lastSucceededAt: instant("last_succeeded_at"),
    /** When the feed's bytes last differed. */
    lastChangedAt: instant("last_changed_at"),
    /** When the host last sent content instead of a 304, changed or not. At first, when this column was first filled. */
    lastContentAt: instant("last_content_at"),
    numFailures: integer("num_failures").notNull().default(0),
    /** HTTP status of the last crawl's reply. NULL if there was no reply. */
    lastStatus: integer("last_status"),
    /** The redirects that led to it, of which only the hosts are kept. NULL for private podcasts. */
    lastRedirects: jsonb("last_redirects").$type<{ status: number; host: string }[]>(),
    lastError: text("last_error"),
    lastErrorAt: instant("last_error_at"),
    /** When the host answered 410. The feed is then checked once a month. */
    goneAt: instant("gone_at"),
    /** Validators of the content stored last, exactly as the host sent them (RFC 9110 8.8). */
    etag: text("etag"),
    lastModified: text("last_modified"),
    /** The URL that sent them, after redirects. They are sent to no other. NULL if an older version stored them. */
    validatorsUrl: text("validators_url"),
    /** Where the host says the feed has permanently moved, and since when every crawl has said so. */
    movedToUrl: text("moved_to_url"),
    movedSince: instant("moved_since"),
    numMovesSeen: integer("num_moves_seen").notNull().default(0),
    /** The show's GUID or else its title from before the move, to check that the new URL has the same show. */
    movedIdentity: text("moved_identity"),
    /** When a hub or a publisher last said that the feed has changed. NULL if none has. */
    pushedAt: instant("pushed_at"),
    /** Since when the feed has had no episodes or no title, although some are known. NULL if the last crawl read a full feed. */
    hollowSince: instant("hollow_since"),
  },
  (t) => [
    foreignKey({ name: "podcast_crawl_podcast_fk", columns: [t.podcastId], foreignColumns: [podcast.id] }).onDelete(
      "cascade",
    ),
    // In which order a host's podcasts are claimed.
    index("podcast_crawl_host_claimable_at_idx").on(t.host, claimableAt(t)),
    // These three hold few rows: crawls in progress, suspects, and podcasts whose host is not known yet.
    index("podcast_crawl_host_leased_idx").on(t.host).where(sql`${t.leaseExpiresAt} is not null`),
    index("podcast_crawl_unfinished_due_at_idx").on(t.dueAt).where(sql`${t.numUnfinished} > 0`),
    index("podcast_crawl_without_host_idx").on(t.podcastId).where(sql`${t.host} is null`),
    // What operators are shown (shared/operator), which is little of all.
    index("podcast_crawl_failing_idx").on(t.numFailures, t.podcastId).where(sql`${t.numFailures} > 0`),
    index("podcast_crawl_hollow_idx").on(t.podcastId).where(sql`${t.hollowSince} is not null`),
    index("podcast_crawl_moving_idx").on(t.podcastId).where(sql`${t.movedToUrl} is not null`),
    atMost("podcast_crawl_host_length", t.host, 253),
    atMost("podcast_crawl_last_error_length", t.lastError, 2_000),
    atMost("podcast_crawl_etag_length", t.etag, 8_192),
    atMost("podcast_crawl_last_modified_length", t.lastModified, 8_192),
    atMost("podcast_crawl_validators_url_length", t.validatorsUrl, 8_192),
    atMost("podcast_crawl_moved_to_url_length", t.movedToUrl, 2_000),
    check("podcast_crawl_move_has_instant", sql`(${t.movedToUrl} is null) = (${t.movedSince} is null)`),
    check("podcast_crawl_num_failures_not_negative", sql`${t.numFailures} >= 0`),
    check("podcast_crawl_num_unfinished_not_negative", sql`${t.numUnfinished} >= 0`),
    check("podcast_crawl_error_has_instant", sql`(${t.lastError} is null) = (${t.lastErrorAt} is null)`),
  ],
);

/** Every URL that a podcast's feed was found at. Each of them identifies the podcast. */
export const podcastFeedLocation = pgTable(
  "podcast_feed_location",
  {
    id: id(),
    podcastId: bigint("podcast_id", { mode: "number" }).notNull(),
    feedUrl: text("feed_url").notNull(),
    /** The URL that the crawler fetches. */
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

/** The newest raw feeds as received, so that improved code can parse them again without fetching. */
export const podcastFeedContent = pgTable(
  "podcast_feed_content",
  {
    id: id(),
    podcastId: bigint("podcast_id", { mode: "number" }).notNull(),
    /** Hash of the bytes before compression. */
    sha256: bytea("sha256").notNull(),
    /** Compressed with gzip. */
    body: bytea("body").notNull(),
    numBytes: integer("num_bytes").notNull(),
    /** It may be the only place that names the charset. */
    contentType: text("content_type"),
    /** Base of relative links; without credentials. */
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
    // The fetcher's limit for decoded bytes plus a margin: incompressible bytes grow a little under gzip.
    check("podcast_feed_content_body_length", sql`octet_length(${t.body}) <= 17825792`),
    check("podcast_feed_content_num_bytes_not_negative", sql`${t.numBytes} >= 0`),
    atMost("podcast_feed_content_content_type_length", t.contentType, 200),
    atMost("podcast_feed_content_base_url_length", t.baseUrl, 8_192),
  ],
);

export type Podcast = typeof podcast.$inferSelect;
