import { sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { Database } from "../db/pool.ts";

/** Keeps the rows of a table with an `id` for an interval (in Postgres syntax) after the instant in `column`. */
export type Expiry = { column: AnyPgColumn; keptFor: string };

/** Deletes up to `limit` expired rows, oldest first, with the rows that reference them. @returns how many it deleted */
export async function cleanExpired(
  db: Database,
  { column, keptFor, limit }: Expiry & { limit: number },
): Promise<number> {
  const { table } = column;
  // Rows that another transaction holds or has renewed stay. An array, because Postgres cannot estimate the limit and
  // would read the whole table for a join.
  const rows = await db.repeatable.execute(sql`
    delete from ${table} where id = any(array(
      select id from ${table} where ${column} < podcore_now() - ${keptFor}::interval
      order by ${column}
      limit ${limit}::int
      for update skip locked
    )) returning 1`);
  return rows.length;
}
