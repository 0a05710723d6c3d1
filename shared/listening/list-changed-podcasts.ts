import { and, asc, eq, isNotNull, sql } from "drizzle-orm";
import { decodeNumberCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { type AccountPodcast, accountPodcast } from "../db/schema.ts";
import type { SyncPoint } from "./find-sync-point.ts";

/**
 * Lists changes of an account's subscriptions since `since`, in order, including those that ended. The account may no
 * longer see the podcast of such a one if it is private. Returns up to `first` + 1: one too many means there are more.
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
