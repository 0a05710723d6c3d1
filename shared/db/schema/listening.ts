import { sql } from "drizzle-orm";
import { bigint, boolean, check, foreignKey, index, integer, pgTable, unique } from "drizzle-orm/pg-core";
import { account } from "./account.ts";
import { id, instant } from "./columns.ts";
import { episode, podcast } from "./podcast.ts";

/** What an account has to do with a podcast. Kept when it unsubscribes, so that what it has played is known when it comes back. */
export const accountPodcast = pgTable(
  "account_podcast",
  {
    id: id(),
    accountId: bigint("account_id", { mode: "number" }).notNull(),
    podcastId: bigint("podcast_id", { mode: "number" }).notNull(),
    /** NULL: never subscribed. Subscribed is whoever has this and no `unsubscribedAt`. */
    subscribedAt: instant("subscribed_at"),
    unsubscribedAt: instant("unsubscribed_at"),
    /** When the account gave the feed's URL itself. Of a private feed, only who did may see that URL. */
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
 * What an account has done with an episode. Each fact has the instant it is said to be of beside it: a report that comes
 * late does not undo a later one that came early. `sequence` is of arrival.
 */
export const accountEpisode = pgTable(
  "account_episode",
  {
    id: id(),
    accountId: bigint("account_id", { mode: "number" }).notNull(),
    episodeId: bigint("episode_id", { mode: "number" }).notNull(),
    isFavorited: boolean("is_favorited").notNull().default(false),
    /** Of the last change of `isFavorited`; NULL where there was none. */
    favoritedAt: instant("favorited_at"),
    isPlayed: boolean("is_played").notNull().default(false),
    /** How far it was heard; NULL once it is played. */
    positionSeconds: integer("position_seconds").default(0),
    /** Of the last change of `isPlayed` or `positionSeconds`; NULL where there was none. */
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
