import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { atMost, id, instant } from "./columns.ts";
import { podcast } from "./podcast.ts";

/**
 * Another show that was found at a podcast's address. Nothing of it is stored in the podcast. Rows that were decided are
 * the podcast's history.
 */
export const podcastQuarantine = pgTable(
  "podcast_quarantine",
  {
    id: id(),
    podcastId: bigint("podcast_id", { mode: "number" }).notNull(),
    /** The podcast's address. */
    feedUrl: text("feed_url").notNull(),
    /** The URL that the other show was read from: `feedUrl`, or where that redirected to. */
    foundUrl: text("found_url").notNull(),
    title: text("title").notNull(),
    author: text("author"),
    podcastGuid: text("podcast_guid"),
    numItems: integer("num_items").notNull(),
    since: instant("since").notNull().default(sql`podcore_now()`),
    lastSeenAt: instant("last_seen_at").notNull().default(sql`podcore_now()`),
    /**
     * The operator's decision; NULL while it is open. `same`: the podcast becomes what was found. `other`: the podcast has
     * lost this address.
     */
    decision: text("decision").$type<"same" | "other">(),
    decidedAt: instant("decided_at"),
  },
  (t) => [
    foreignKey({
      name: "podcast_quarantine_podcast_fk",
      columns: [t.podcastId],
      foreignColumns: [podcast.id],
    }).onDelete("cascade"),
    uniqueIndex("podcast_quarantine_open_unique").on(t.podcastId).where(sql`${t.decision} is null`),
    index("podcast_quarantine_podcast_id_idx").on(t.podcastId),
    atMost("podcast_quarantine_feed_url_length", t.feedUrl, 2_000),
    atMost("podcast_quarantine_found_url_length", t.foundUrl, 8_192),
    atMost("podcast_quarantine_title_length", t.title, 500),
    atMost("podcast_quarantine_author_length", t.author, 200),
    atMost("podcast_quarantine_podcast_guid_length", t.podcastGuid, 200),
    check("podcast_quarantine_decision_known", sql`${t.decision} in ('same', 'other')`),
    check("podcast_quarantine_decision_has_instant", sql`(${t.decision} is null) = (${t.decidedAt} is null)`),
  ],
);

/**
 * Podcasts that were merged into others. A row outlives both, because links to the loser lead to the winner. So the ids
 * are not foreign keys.
 */
export const podcastMerge = pgTable(
  "podcast_merge",
  {
    loserId: bigint("loser_id", { mode: "number" }).primaryKey(),
    winnerId: bigint("winner_id", { mode: "number" }).notNull(),
    mergedAt: instant("merged_at").notNull().default(sql`podcore_now()`),
    /** When the operator undid it. The two are then never merged again without an operator. */
    undoneAt: instant("undone_at"),
  },
  (t) => [check("podcast_merge_two_podcasts", sql`${t.loserId} <> ${t.winnerId}`)],
);

/**
 * What a merge changed, to undo it: a row of the table `subject` and what it was before. For `episode_match`, `row_id` is
 * an episode of the loser and `before` the winner's episode that is the same.
 */
export const podcastMergeRow = pgTable(
  "podcast_merge_row",
  {
    loserId: bigint("loser_id", { mode: "number" }).notNull(),
    subject: text("subject")
      .$type<
        "feed_location" | "episode" | "episode_match" | "account_podcast" | "account_episode" | "directory_podcast"
      >()
      .notNull(),
    rowId: bigint("row_id", { mode: "number" }).notNull(),
    /** NULL if the merge inserted the row, or only changed its podcast. Of an episode, whether it was absent. */
    before: jsonb("before"),
    /** The row's `sequence` after the merge, for rows of accounts. If it has changed since, the row stays as it is. */
    sequence: bigint("sequence", { mode: "number" }),
  },
  (t) => [
    primaryKey({ name: "podcast_merge_row_pk", columns: [t.loserId, t.subject, t.rowId] }),
    foreignKey({
      name: "podcast_merge_row_podcast_fk",
      columns: [t.loserId],
      foreignColumns: [podcast.id],
    }).onDelete("cascade"),
    check(
      "podcast_merge_row_subject_known",
      sql`${t.subject} in ('feed_location', 'episode', 'episode_match', 'account_podcast', 'account_episode', 'directory_podcast')`,
    ),
  ],
);
