import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

type Owner = { accountId: number; passwordHash: string };
type LoginParams = { secretSha256: Buffer; userAgent: string | undefined; address: string; days: number };

/**
 * Makes a login to an account, which lasts `days`. @returns false where `passwordHash`, which was checked before, is no
 * longer the account's, or the account is gone
 */
export async function insertLogin(
  db: Database,
  { accountId, passwordHash, secretSha256, userAgent, address, days }: LoginParams & Owner,
): Promise<boolean> {
  // Locked, so that whoever changes the password, and then ends all logins, either comes first or sees this one.
  const rows = await db.execute(sql`
    insert into login (account_id, secret_sha256, user_agent, last_used_address, expires_at)
    select id, ${secretSha256}::bytea, left(${userAgent ?? null}::text, 500), ${address}::text,
      podcore_now() + ${days}::int * interval '1 day'
    from account where id = ${accountId}::bigint and password_hash = ${passwordHash}::text
    for share
    returning 1`);
  return rows.length > 0;
}

/** Makes an ephemeral account, and the login that it is known by. */
export async function insertEphemeralAccount(
  db: Database,
  { secretSha256, userAgent, address, days }: LoginParams,
): Promise<{ accountId: number; loginId: number }> {
  const [row] = await db.execute<{ account_id: string; id: string }>(sql`
    with made as (
      insert into account (last_seen_address) values (${address}::text) returning id
    )
    insert into login (account_id, secret_sha256, user_agent, last_used_address, expires_at)
    select id, ${secretSha256}::bytea, left(${userAgent ?? null}::text, 500), ${address}::text,
      podcore_now() + ${days}::int * interval '1 day' from made
    returning account_id, id`);
  return { accountId: Number(row?.account_id), loginId: Number(row?.id) };
}
