import { type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";

type Columns = { dueAt: AnyPgColumn; leaseExpiresAt: AnyPgColumn; numUnfinished: AnyPgColumn };

/**
 * Returns from when on a podcast can be claimed with others: once it is due and no crawler holds it. Never for a suspect,
 * during whose crawl two crawlers in a row ended. The function is made by a migration, and stands in an index.
 */
export function claimableAt(t: Columns): SQL {
  return sql`podcast_claimable_at(${t.dueAt}, ${t.leaseExpiresAt}, ${t.numUnfinished})`;
}
