import { sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { Database } from "../db/pool.ts";

/** Rows of a table with an `id` are kept for so long after the instant in `column`; as Postgres writes an interval. */
export type Expiry = { column: AnyPgColumn; keptFor: string };

/** Deletes up to `limit` rows whose time is over, the oldest first, with what hangs on them. @returns how many it deleted */
export async function cleanExpired(
  db: Database,
  { column, keptFor, limit }: Expiry & { limit: number },
): Promise<number> {
  const { table } = column;
  // What another transaction holds, or has renewed meanwhile, stays. An array, because Postgres cannot tell how small the
  // limit is, and would read all of the table for a join.
  const rows = await db.repeatable.execute(sql`
    delete from ${table} where id = any(array(
      select id from ${table} where ${column} < podcore_now() - ${keptFor}::interval
      order by ${column}
      limit ${limit}::int
      for update skip locked
    )) returning 1`);
  return rows.length;
}
