import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { errorCodeOf } from "../db/failure.ts";
import type { Database } from "../db/pool.ts";

type Change<T extends PgTable> = {
  accountId: number;
  table: T;
  /** An insert into or update of `table` that reads `locked` (id, and the sequence that what changes has to carry), touches only rows that it changes, and returns those whole. */
  write: SQL;
};

/**
 * Changes what an account holds, and raises its `sequence` by one if any row was changed. In one statement, whose lock on
 * the account lets an account's changes happen one after another: whoever sees N sees all that is numbered below.
 *
 * A statement that has waited for that lock still reads as of its begin. What differs is therefore told where Postgres
 * looks at a row's newest version: in `on conflict do update ... where`, or an update's own `where`.
 *
 * @returns the changed rows; none as well where the account, or what the row is about, was removed meanwhile
 */
export async function changeAccount<T extends PgTable>(
  db: Database,
  { accountId, table, write }: Change<T>,
): Promise<T["$inferSelect"][]> {
  try {
    // The sequence comes out of `written`, whose rows stay as they are when Postgres looks at a newer account.
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

/** Reads a row as drizzle would, which leaves what `execute` returns as it came. */
function readRow<T extends PgTable>(table: T, row: Record<string, unknown>): T["$inferSelect"] {
  const fields = Object.entries(getTableColumns(table)).map(([key, column]) => {
    const value = row[column.name];
    return [key, value === null ? null : column.mapFromDriverValue(value)];
  });
  // It has the table's columns, each read by its own rules.
  return Object.fromEntries(fields) as T["$inferSelect"];
}
