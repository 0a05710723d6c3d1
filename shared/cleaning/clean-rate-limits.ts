import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** Deletes up to `limit` counts that start anew with whatever comes next. @returns how many it deleted */
export async function cleanRateLimits(db: Database, { limit }: { limit: number }): Promise<number> {
  // One that is being counted again is held, or has another `resets_at` by now, and stays.
  const rows = await db.repeatable.execute(sql`
    with over as (
      select kind, subject from rate_limit where resets_at <= podcore_now()
      order by resets_at
      limit ${limit}::int
      for update skip locked
    )
    delete from rate_limit where (kind, subject) in (select kind, subject from over) returning 1`);
  return rows.length;
}
