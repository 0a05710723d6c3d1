import { and, asc, eq, isNotNull, sql } from "drizzle-orm";
import { decodeNumberCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { type AccountPodcast, accountPodcast } from "../db/schema.ts";
import type { SyncPoint } from "./find-sync-point.ts";

/**
 * Lists, in the order of the changes, what has changed about an account's subscriptions since: those that ended, too, whose
 * podcasts it may see no more where they are private. One more than `first`, where there are as many.
 */
export async function listChangedPodcasts(
  db: Database,
  { accountId, since, first, after }: PageRequest & { accountId: number; since: SyncPoint },
): Promise<Edge<AccountPodcast>[]> {
  const from = after === undefined ? undefined : decodeNumberCursor(after);
  const rows = await db.repeatable
    .select()
    .from(accountPodcast)
    .where(
      and(
        eq(accountPodcast.accountId, accountId),
        isNotNull(accountPodcast.subscribedAt),
        sql`${accountPodcast.sequence} > ${since.sequence}::bigint`,
        from && sql`(${accountPodcast.sequence}, ${accountPodcast.id}) > (${from.key}::bigint, ${from.id}::bigint)`,
      ),
    )
    .orderBy(asc(accountPodcast.sequence), asc(accountPodcast.id))
    .limit(first + 1);
  return rows.map((node) => ({ node, cursor: encodeCursor(String(node.sequence), node.id) }));
}
