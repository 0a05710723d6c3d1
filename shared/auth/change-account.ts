import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { errorCodeOf } from "../db/failure.ts";
import type { Database } from "../db/pool.ts";

type Change<T extends PgTable> = {
  accountId: number;
  table: T;
  /**
   * An insert into or update of `table`. It reads `locked` (the account's id, and the sequence that changed rows must
   * carry), touches only rows that it changes, and returns them whole.
   */
  write: SQL;
};

/**
 * Changes what an account holds and, if any row changed, raises the account's `sequence` by one. It is one statement
 * whose lock on the account row serializes the account's changes, so a client that sees sequence N has seen every
 * change numbered below N.
 *
 * A statement that waited for the lock still reads its old snapshot. Compare values where Postgres looks at a row's
 * newest version: in `on conflict do update ... where`, or in an update's own `where`.
 *
 * @returns the changed rows; an empty array if the account, or the row's podcast or episode, was deleted in the
 * meantime
 */
export async function changeAccount<T extends PgTable>(
  db: Database,
  { accountId, table, write }: Change<T>,
): Promise<T["$inferSelect"][]> {
  try {
    // The sequence comes from `written`: Postgres does not reread those rows when it rechecks a newer version of the
    // account.
    const rows = await db.repeatable.execute(sql`
      with locked as (
        select id, sequence + 1 as sequence from account where id = ${accountId}::bigint for no key update
      ), written as (
        ${write}
      ), raised as (
        update account a set sequence = w.sequence
        from (select distinct account_id, sequence from written) w
        where a.id = w.account_id
      )
      select * from written`);
    return rows.map((row) => readRow(table, row));
  } catch (error) {
    // foreign_key_violation
    if (errorCodeOf(error) === "23503") return [];
    throw error;
  }
}

/** Converts a row of `execute`, which returns raw driver values, as drizzle would. */
function readRow<T extends PgTable>(table: T, row: Record<string, unknown>): T["$inferSelect"] {
  const fields = Object.entries(getTableColumns(table)).map(([key, column]) => {
    const value = row[column.name];
    return [key, value === null ? null : column.mapFromDriverValue(value)];
  });
  // The object has the table's columns, each read by its own mapper.
  return Object.fromEntries(fields) as T["$inferSelect"];
}
