import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/**
 * Deletes up to `limit` accounts that nobody signed up for, that no app on a phone made, and that were not seen for a
 * month, with all they hold. No private podcast goes with them: in production only who is signed in may add one.
 * @returns how many it deleted
 */
export async function cleanAccounts(db: Database, { limit }: { limit: number }): Promise<number> {
  // Whoever is seen, or signs up, at this moment holds the row, which is skipped; and where that has just ended, Postgres
  // holds the conditions against the row as it is now before it locks it.
  const rows = await db.repeatable.execute(sql`
    delete from account where id = any(array(
      select id from account
      where email is null and not is_mobile and last_seen_at < podcore_now() - interval '1 month'
      order by last_seen_at
      limit ${limit}::int
      for update skip locked
    )) returning 1`);
  return rows.length;
}
