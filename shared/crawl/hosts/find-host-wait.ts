import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";

/** Returns in how many milliseconds the next host is ready to be asked; undefined if none is within `withinMs`. */
export async function findHostWaitMs(db: Database, { withinMs }: { withinMs: number }): Promise<number | undefined> {
  const [row] = await db.repeatable.execute<{ ms: number }>(sql`
    select extract(epoch from ready_at - podcore_now())::float8 * 1000 as ms from crawl_host
    where ready_at <= podcore_now() + ${withinMs}::bigint * interval '1 millisecond'
    order by ready_at
    limit 1`);
  return row && Math.max(0, row.ms);
}
