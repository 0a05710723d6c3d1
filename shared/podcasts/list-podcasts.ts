import { and, getTableColumns, sql } from "drizzle-orm";
import { decodeCursor, type Edge, encodeCursor, type PageRequest } from "../db/cursor.ts";
import type { Database } from "../db/pool.ts";
import { type Podcast, podcast } from "../db/schema.ts";
import { isListed } from "./visible.ts";

/** Lists public podcasts by title, up to `first` + 1: one too many means there are more. */
export async function listPodcasts(db: Database, { first, after }: PageRequest): Promise<Edge<Podcast>[]> {
  const sortKey = sql<string>`lower(${podcast.title})`;
  const from = after === undefined ? undefined : decodeCursor(after);
  const rows = await db.repeatable
    .select({ node: getTableColumns(podcast), sortKey })
    .from(podcast)
    .where(and(isListed(), from && sql`(${sortKey}, ${podcast.id}) > (${from.key}::text, ${from.id}::bigint)`))
    .orderBy(sortKey, podcast.id)
    .limit(first + 1);
  return rows.map((row) => ({ node: row.node, cursor: encodeCursor(row.sortKey, row.node.id) }));
}
