import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/**
 * Up to where a client knows an account's lists: the number of the account's last change, and the instant for crawled
 * changes.
 */
export type SyncPoint = { sequence: number; at: Date };

// A changed episode carries the start of its transaction but becomes visible at its end. No tick lasts as long as this
// overlap. Changes within it may be reported twice.
const OVERLAP_MINUTES = 15;

/** Returns the point that later reads include. @returns undefined if the account is gone */
export async function findSyncPoint(db: Database, accountId: number): Promise<SyncPoint | undefined> {
  const [row] = await db.repeatable.execute<{ sequence: string; at: string }>(sql`
    select sequence, podcore_now() - ${OVERLAP_MINUTES}::int * interval '1 minute' as at
    from account where id = ${accountId}::bigint`);
  return row && { sequence: Number(row.sequence), at: new Date(row.at) };
}
