import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** Deletes up to `limit` expired counts; the next use starts a new one. @returns how many it deleted */
export async function cleanRateLimits(db: Database, { limit }: { limit: number }): Promise<number> {
  // A count in use is locked, or has a new `resets_at`, and stays.
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
