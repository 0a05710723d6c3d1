import { and, eq, getTableColumns, sql } from "drizzle-orm";
import { decodeCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { type AccountPodcast, accountPodcast, type Podcast, podcast } from "../db/schema.ts";
import { type Takedown, toTakedown } from "../podcasts/find-takedowns.ts";
import { isSubscribed } from "./subscribed.ts";

/** A subscription with its podcast or, if that was taken down, the reason. */
export type ListedSubscription = AccountPodcast & { podcast?: Podcast; takedown?: Takedown };

/** Lists an account's subscriptions by title, up to `first` + 1: one too many means there are more. */
export async function listSubscriptions(
  db: Database,
  { accountId, first, after }: PageRequest & { accountId: number },
): Promise<Edge<ListedSubscription>[]> {
  const sortKey = sql<string>`lower(${podcast.title})`;
  const from = after === undefined ? undefined : decodeCursor(after);
  const rows = await db.repeatable
    .select({ held: getTableColumns(accountPodcast), podcast: getTableColumns(podcast), sortKey })
    .from(accountPodcast)
    .innerJoin(podcast, eq(podcast.id, accountPodcast.podcastId))
    .where(
      and(
        eq(accountPodcast.accountId, accountId),
        // A subscription also makes a private podcast visible.
        isSubscribed(),
        from && sql`(${sortKey}, ${podcast.id}) > (${from.key}::text, ${from.id}::bigint)`,
      ),
    )
    .orderBy(sortKey, podcast.id)
    .limit(first + 1);
  return rows.map((row) => ({
    node: { ...row.held, ...shownOf(row.podcast) },
    cursor: encodeCursor(row.sortKey, row.podcast.id),
  }));
}

function shownOf(podcast: Podcast): Pick<ListedSubscription, "podcast" | "takedown"> {
  const takedown = toTakedown(podcast);
  return takedown === undefined ? { podcast } : { takedown };
}
