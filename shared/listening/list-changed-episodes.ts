import { and, asc, eq, isNotNull, sql } from "drizzle-orm";
import { decodeNumberCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { type AccountEpisode, accountEpisode } from "../db/schema.ts";
import type { SyncPoint } from "./find-sync-point.ts";
import type { ListKind } from "./list-account-episodes.ts";

type Params = PageRequest & { accountId: number; kind: ListKind; since: SyncPoint };

/**
 * Lists the episodes whose state has changed since `since`, in the order of the changes, if they are or were in a list.
 * Each row says whether it still is. Returns up to `first` + 1: one too many means there are more.
 */
export async function listChangedEpisodes(
  db: Database,
  { accountId, kind, since, first, after }: Params,
): Promise<Edge<AccountEpisode>[]> {
  const from = after === undefined ? undefined : decodeNumberCursor(after);
  const rows = await db.repeatable
    .select()
    .from(accountEpisode)
    .where(
      and(
        eq(accountEpisode.accountId, accountId),
        isNotNull(kind === "favorites" ? accountEpisode.favoritedAt : accountEpisode.listenedAt),
        sql`${accountEpisode.sequence} > ${since.sequence}::bigint`,
        from && sql`(${accountEpisode.sequence}, ${accountEpisode.id}) > (${from.key}::bigint, ${from.id}::bigint)`,
      ),
    )
    .orderBy(asc(accountEpisode.sequence), asc(accountEpisode.id))
    .limit(first + 1);
  return rows.map((node) => ({ node, cursor: encodeCursor(String(node.sequence), node.id) }));
}
