import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

type Owner = { accountId: number; passwordHash: string };
export type LoginParams = { secretSha256: Buffer; userAgent: string | undefined; address: string; days: number };

/**
 * Makes a login to an account, which lasts `days`. @returns false where `passwordHash`, which was checked before, is no
 * longer the account's, or the account is gone
 */
export async function insertLogin(
  db: Database,
  { accountId, passwordHash, secretSha256, userAgent, address, days }: LoginParams & Owner,
): Promise<boolean> {
  // Locked, so that whoever changes the password, and then ends all logins, either comes first or sees this one.
  const rows = await db.repeatable.execute(sql`
    insert into login (account_id, secret_sha256, user_agent, last_used_address, expires_at)
    select id, ${secretSha256}::bytea, left(${userAgent ?? null}::text, 500), ${address}::text,
      podcore_now() + ${days}::int * interval '1 day'
    from account where id = ${accountId}::bigint and password_hash = ${passwordHash}::text
    for share
    on conflict (secret_sha256) do update set account_id = excluded.account_id
    returning 1`);
  return rows.length > 0;
}
