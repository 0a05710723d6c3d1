import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

type Change = { accountId: number; newEmail: string; hours: number };

/**
 * Stores the two codes of a change of address, one for each end, in place of those of a change that was begun before. Call
 * it in a transaction: another change of the account waits for its end.
 *
 * @returns their ids
 */
export async function insertEmailChange(db: Database, { accountId, newEmail, hours }: Change): Promise<number[]> {
  await db.once.execute(sql`select from account where id = ${accountId}::bigint for no key update`);
  await db.once.execute(sql`
    delete from verification_code where account_id = ${accountId}::bigint and kind in ('new-email', 'old-email')`);
  const rows = await db.once.execute<{ id: string }>(sql`
    insert into verification_code (kind, account_id, email, expires_at)
    select kind, id, ${newEmail}::text, podcore_now() + ${hours}::int * interval '1 hour'
    from account, unnest(array['new-email', 'old-email']) kind
    where id = ${accountId}::bigint and account.email is not null
    returning id`);
  return rows.map(({ id }) => Number(id));
}
