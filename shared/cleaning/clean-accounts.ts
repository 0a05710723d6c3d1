import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { RETENTION } from "./retention.ts";

/**
 * Deletes up to `limit` accounts with all they hold: those without a sign-up, not created by an app on a phone, and not
 * seen for a month. No private podcast is lost with them: in production only signed-in accounts can add one.
 * @returns how many it deleted
 */
export async function cleanAccounts(db: Database, { limit }: { limit: number }): Promise<number> {
  // An account that is being seen or signed up right now is locked, and skipped. If that transaction has just ended,
  // Postgres checks the conditions against the newest row before it locks it.
  const rows = await db.repeatable.execute(sql`
    delete from account where id = any(array(
      select id from account
      where email is null and not is_mobile and last_seen_at < podcore_now() - ${RETENTION.unseenAccount}::interval
      order by last_seen_at
      limit ${limit}::int
      for update skip locked
    )) returning 1`);
  return rows.length;
}
