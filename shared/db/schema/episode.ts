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
} from "drizzle-orm/pg-core";
import type { Chapter, EpisodeExtras, EpisodeNamespace } from "../../feed/model.ts";
import { atMost, bytea, id, instant } from "./columns.ts";
import { newUntil } from "./new-until.ts";
import { podcast } from "./podcast.ts";

/** A playable item of a feed. Kept when the feed drops it. */
export const episode = pgTable(
  "episode",
  {
    id: id(),
    podcastId: bigint("podcast_id", { mode: "number" }).notNull(),
    guid: text("guid").notNull(),
    /**
     * Hash of the feed's full GUID, which may be longer than `guid` and than a btree key (2704 bytes). If episodes share
     * the GUID, also of what tells them apart.
     */
    guidSha256: bytea("guid_sha256").notNull(),
    title: text("title").notNull(),
    /**
     * What lists order by. Without a readable date in the feed, and until the date of `announcedFor` has come: a date
     * between the neighbours in the feed, or the arrival of an item at the top. 1 January 1970 if nothing is known.
     */
    publishedAt: instant("published_at").notNull(),
    /** The feed's date, while that is more than a day ahead. NULL once it has come. */
    announcedFor: instant("announced_for"),
    /** Since when the feed no longer lists the episode. NULL while it does. */
    absentSince: instant("absent_since"),
    /** Show notes as the feed has them. Never rendered in a page. */
    descriptionSource: text("description_source"),
    /** Sanitized show notes. */
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
    /** What else the item says, for the API only. */
    extras: jsonb("extras").$type<EpisodeExtras>(),
    /** Hash of the converted item. A row with an unchanged hash is not rewritten. */
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
    index("episode_podcast_id_new_until_idx").on(t.podcastId, newUntil(t)),
    index("episode_announced_for_idx").on(t.announcedFor).where(sql`${t.announcedFor} is not null`),
    atMost("episode_guid_length", t.guid, 2_000),
    check("episode_guid_sha256_length", sql`octet_length(${t.guidSha256}) = 32`),
    check("episode_item_sha256_length", sql`octet_length(${t.itemSha256}) = 32`),
    atMost("episode_title_length", t.title, 500),
    check("episode_title_present", sql`${t.title} <> ''`),
    atMost("episode_description_source_length", t.descriptionSource, 64_000),
    // Sanitizing escapes text and closes tags, so notes may grow.
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
    check("episode_extras_object", sql`jsonb_typeof(${t.extras}) = 'object'`),
  ],
);

export type Episode = typeof episode.$inferSelect;
