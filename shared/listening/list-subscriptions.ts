import { and, eq, getTableColumns, sql } from "drizzle-orm";
import { decodeCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { type AccountPodcast, accountPodcast, type Podcast, podcast } from "../db/schema.ts";
import { type Takedown, toTakedown } from "../podcasts/find-takedowns.ts";
import { isSubscribed } from "./subscribed.ts";

/** What an account has to do with a podcast that it is subscribed to, and either the podcast or why it was taken down. */
export type ListedSubscription = AccountPodcast & { podcast?: Podcast; takedown?: Takedown };

/** Lists the podcasts that an account is subscribed to, by title: one more than `first`, where there are as many. */
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
        // Which also makes a private one visible.
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
