import { and, eq, ne, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { login } from "../db/schema.ts";

/** Ends one login of an account. @returns false if the account has no such login */
export async function deleteLogin(
  db: Database,
  { id, accountId }: { id: number; accountId: number },
): Promise<boolean> {
  const rows = await db.once
    .delete(login)
    .where(and(eq(login.id, id), eq(login.accountId, accountId)))
    .returning({ id: login.id });
  return rows.length > 0;
}

/** Ends all logins of an account except one, and forgets every known browser except that login's. */
export async function deleteLogins(
  db: Database,
  { accountId, exceptId }: { accountId: number; exceptId: number | undefined },
): Promise<void> {
  await db.once
    .delete(login)
    .where(and(eq(login.accountId, accountId), exceptId === undefined ? undefined : ne(login.id, exceptId)));
  // A person who knew the old password could have made any number of browsers known.
  await db.once.execute(sql`
    delete from account_browser k where k.account_id = ${accountId}::bigint and not exists (
      select from login l where l.account_id = k.account_id and l.browser_sha256 = k.browser_sha256)`);
}
