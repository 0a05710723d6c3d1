import { and, eq, getTableColumns, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { type AccountPodcast, accountPodcast, type Podcast, podcast } from "../db/schema.ts";
import { decodeCursor, type Edge, encodeCursor, type PageRequest } from "./cursor.ts";
import { isSubscribed } from "./subscribed.ts";

/** A podcast that an account is subscribed to, and what it has to do with it. */
export type ListedSubscription = AccountPodcast & { podcast: Podcast };

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
    node: { ...row.held, podcast: row.podcast },
    cursor: encodeCursor(row.sortKey, row.podcast.id),
  }));
}
