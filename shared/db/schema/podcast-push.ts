import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  text,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { atMost, id, instant } from "./columns.ts";
import { podcast } from "./podcast.ts";

/** Subscriptions at hubs that announce a feed's changes (W3C WebSub): those that podcore wants, has, or is ending. */
export const podcastPush = pgTable(
  "podcast_push",
  {
    id: id(),
    podcastId: bigint("podcast_id", { mode: "number" }).notNull(),
    hubUrl: text("hub_url").notNull(),
    /** The feed's name at the hub: its own URL as the feed says, or else the URL that it is fetched from. */
    topicUrl: text("topic_url").notNull(),
    /** Unguessable last part of the callback's URL. */
    token: text("token").notNull(),
    /** With which the hub signs what it pushes. As it is, because the hub gets it with each renewal; it protects no more than a hint. */
    secret: text("secret").notNull(),
    /** The feed names this hub and topic. If not, the subscription is being ended. */
    isWanted: boolean("is_wanted").notNull().default(true),
    /** When the hub was last asked to subscribe or unsubscribe. It may verify that for a day. */
    requestedAt: instant("requested_at"),
    /** Until when the hub has promised to push. NULL before its first verification, and after it has denied or ended it. */
    leaseEndsAt: instant("lease_ends_at"),
    /** When to ask the hub next: to subscribe, to renew, to unsubscribe, or after a failure. */
    nextAttemptAt: instant("next_attempt_at").notNull().default(sql`podcore_now()`),
    /** Requests since the hub last verified one. */
    numAttempts: integer("num_attempts").notNull().default(0),
    lastError: text("last_error"),
    /** When the hub last pushed with a valid signature. */
    deliveredAt: instant("delivered_at"),
    /** When a crawl last found an episode that the hub had not announced. */
    missedAt: instant("missed_at"),
  },
  (t) => [
    foreignKey({ name: "podcast_push_podcast_fk", columns: [t.podcastId], foreignColumns: [podcast.id] }).onDelete(
      "cascade",
    ),
    unique("podcast_push_token_unique").on(t.token),
    uniqueIndex("podcast_push_wanted_unique").on(t.podcastId).where(sql`${t.isWanted}`),
    index("podcast_push_podcast_id_idx").on(t.podcastId),
    index("podcast_push_next_attempt_at_idx").on(t.nextAttemptAt),
    atMost("podcast_push_hub_url_length", t.hubUrl, 2_000),
    atMost("podcast_push_topic_url_length", t.topicUrl, 2_000),
    check("podcast_push_token_length", sql`char_length(${t.token}) = 43`),
    check("podcast_push_secret_length", sql`char_length(${t.secret}) = 43`),
    atMost("podcast_push_last_error_length", t.lastError, 2_000),
    check("podcast_push_num_attempts_not_negative", sql`${t.numAttempts} >= 0`),
  ],
);
