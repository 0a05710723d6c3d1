import { and, getTableColumns, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { type Podcast, podcast } from "../db/schema.ts";
import { decodeCursor, encodeCursor, type Page, toPage } from "./cursor.ts";
import { isListed } from "./visible.ts";

/** Lists the podcasts that may be listed, by title. `after` is the cursor of the page before. */
export async function listPodcasts(
  db: Database,
  { first, after }: { first: number; after?: string | undefined },
): Promise<Page<Podcast>> {
  const sortKey = sql<string>`lower(${podcast.title})`;
  const from = after === undefined ? undefined : decodeCursor(after);
  const rows = await db
    .select({ ...getTableColumns(podcast), sortKey })
    .from(podcast)
    .where(and(isListed(), from && sql`(${sortKey}, ${podcast.id}) > (${from.key}::text, ${from.id}::bigint)`))
    .orderBy(sortKey, podcast.id)
    .limit(first + 1);
  const page = toPage(rows, { first, cursorOf: (row) => encodeCursor(row.sortKey, row.id) });
  return { items: page.items.map(({ sortKey: _, ...row }) => row), after: page.after };
}
