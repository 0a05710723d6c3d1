import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

export type FoundDirectorySearch = { id: number; isFresh: boolean };

// The original's: what a directory answers changes by the day.
const FRESH_FOR = "1 hour";

/** Finds what a directory answered when it was last asked a query. */
export async function findDirectorySearch(
  db: Database,
  { directoryName, query }: { directoryName: string; query: string },
): Promise<FoundDirectorySearch | undefined> {
  const [row] = await db.repeatable.execute<{ id: string; is_fresh: boolean }>(sql`
    select s.id, s.retrieved_at > podcore_now() - ${FRESH_FOR}::interval as is_fresh
    from directory_search s join directory d on d.id = s.directory_id
    where d.name = ${directoryName}::text and s.query = ${query}::text`);
  return row && { id: Number(row.id), isFresh: row.is_fresh };
}
