import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

type Owner = { accountId: number; passwordHash: string };
export type LoginParams = {
  secretSha256: Buffer;
  /** Of the cookie that the browser has from now on. */
  browserSha256: Buffer;
  userAgent: string | undefined;
  address: string;
  days: number;
};

/**
 * Makes a login to an account, which ends after `days` without use, and has the account know the browser. @returns false
 * where `passwordHash`, which was checked before, is no longer the account's, or the account is gone
 */
export async function insertLogin(
  db: Database,
  { accountId, passwordHash, secretSha256, browserSha256, userAgent, address, days }: LoginParams & Owner,
): Promise<boolean> {
  // Locked, so that whoever changes the password, and then ends all logins, either comes first or sees this one.
  const rows = await db.repeatable.execute(sql`
    with made as (
      insert into login (account_id, secret_sha256, browser_sha256, user_agent, last_used_address, expires_at)
      select id, ${secretSha256}::bytea, ${browserSha256}::bytea, left(${userAgent ?? null}::text, 500), ${address}::text,
        podcore_now() + ${days}::int * interval '1 day'
      from account where id = ${accountId}::bigint and password_hash = ${passwordHash}::text
      for share
      on conflict (secret_sha256) do update set account_id = excluded.account_id
      returning account_id
    ), known as (
      insert into account_browser (account_id, browser_sha256) select account_id, ${browserSha256}::bytea from made
      on conflict (browser_sha256, account_id) do nothing
    )
    select from made`);
  return rows.length > 0;
}
