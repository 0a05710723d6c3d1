import { sql } from "drizzle-orm";
import { bigint, boolean, check, foreignKey, index, integer, pgTable, unique } from "drizzle-orm/pg-core";
import { account } from "./account.ts";
import { id, instant } from "./columns.ts";
import { episode } from "./episode.ts";
import { podcast } from "./podcast.ts";

/** An account's relation to a podcast. Kept after it unsubscribes, so that a later subscription continues where it was. */
export const accountPodcast = pgTable(
  "account_podcast",
  {
    id: id(),
    accountId: bigint("account_id", { mode: "number" }).notNull(),
    podcastId: bigint("podcast_id", { mode: "number" }).notNull(),
    /** NULL if it never subscribed. It is subscribed if this is set and `unsubscribedAt` is not. */
    subscribedAt: instant("subscribed_at"),
    unsubscribedAt: instant("unsubscribed_at"),
    /** When the account entered the feed's URL itself. Only such accounts may see a private feed's URL. */
    addedAt: instant("added_at"),
    /** The account's `sequence` as of the last change to this row. */
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    createdAt: instant("created_at").notNull().default(sql`podcore_now()`),
    updatedAt: instant("updated_at").notNull().default(sql`podcore_now()`),
  },
  (t) => [
    foreignKey({ name: "account_podcast_account_fk", columns: [t.accountId], foreignColumns: [account.id] }).onDelete(
      "cascade",
    ),
    foreignKey({ name: "account_podcast_podcast_fk", columns: [t.podcastId], foreignColumns: [podcast.id] }).onDelete(
      "cascade",
    ),
    unique("account_podcast_account_id_podcast_id_unique").on(t.accountId, t.podcastId),
    index("account_podcast_account_id_sequence_idx").on(t.accountId, t.sequence),
    index("account_podcast_podcast_id_idx").on(t.podcastId),
    check(
      "account_podcast_unsubscribed_was_subscribed",
      sql`${t.unsubscribedAt} is null or ${t.subscribedAt} is not null`,
    ),
  ],
);

/**
 * An account's state for an episode. Each fact is stored with the instant that its report gave, so that an older report
 * that arrives late does not overwrite a newer one. `sequence` is the order of arrival.
 */
export const accountEpisode = pgTable(
  "account_episode",
  {
    id: id(),
    accountId: bigint("account_id", { mode: "number" }).notNull(),
    episodeId: bigint("episode_id", { mode: "number" }).notNull(),
    isFavorited: boolean("is_favorited").notNull().default(false),
    /** When `isFavorited` last changed; NULL if it never did. */
    favoritedAt: instant("favorited_at"),
    isPlayed: boolean("is_played").notNull().default(false),
    /** How far the account has listened; NULL once the episode is played. */
    positionSeconds: integer("position_seconds").default(0),
    /** When `isPlayed` or `positionSeconds` last changed; NULL if they never did. */
    listenedAt: instant("listened_at"),
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    createdAt: instant("created_at").notNull().default(sql`podcore_now()`),
    updatedAt: instant("updated_at").notNull().default(sql`podcore_now()`),
  },
  (t) => [
    foreignKey({ name: "account_episode_account_fk", columns: [t.accountId], foreignColumns: [account.id] }).onDelete(
      "cascade",
    ),
    foreignKey({ name: "account_episode_episode_fk", columns: [t.episodeId], foreignColumns: [episode.id] }).onDelete(
      "cascade",
    ),
    unique("account_episode_account_id_episode_id_unique").on(t.accountId, t.episodeId),
    index("account_episode_account_id_sequence_idx").on(t.accountId, t.sequence),
    index("account_episode_account_id_listened_at_idx")
      .on(t.accountId, t.listenedAt.desc().nullsFirst(), t.id.desc().nullsFirst())
      .where(sql`${t.listenedAt} is not null`),
    index("account_episode_account_id_favorited_at_idx")
      .on(t.accountId, t.favoritedAt.desc().nullsFirst(), t.id.desc().nullsFirst())
      .where(sql`${t.isFavorited}`),
    index("account_episode_episode_id_idx").on(t.episodeId),
    check("account_episode_played_or_position", sql`${t.isPlayed} = (${t.positionSeconds} is null)`),
    check("account_episode_position_seconds_not_negative", sql`${t.positionSeconds} >= 0`),
    check("account_episode_favorited_has_instant", sql`not ${t.isFavorited} or ${t.favoritedAt} is not null`),
    check("account_episode_played_has_instant", sql`not ${t.isPlayed} or ${t.listenedAt} is not null`),
  ],
);

export type AccountPodcast = typeof accountPodcast.$inferSelect;
export type AccountEpisode = typeof accountEpisode.$inferSelect;
