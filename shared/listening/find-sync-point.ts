import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** Up to where an account's lists are known: the number of its last change, and the instant up to which crawls are. */
export type SyncPoint = { sequence: number; at: Date };

// An episode carries the instant at which its transaction began, and is seen when that ends: sooner than this, which is
// longer than a tick may take. What is younger is told again.
const OVERLAP_MINUTES = 15;

/** Finds up to where whatever is read from now on is known. @returns undefined where the account is gone */
export async function findSyncPoint(db: Database, accountId: number): Promise<SyncPoint | undefined> {
  const [row] = await db.repeatable.execute<{ sequence: string; at: string }>(sql`
    select sequence, podcore_now() - ${OVERLAP_MINUTES}::int * interval '1 minute' as at
    from account where id = ${accountId}::bigint`);
  return row && { sequence: Number(row.sequence), at: new Date(row.at) };
}
