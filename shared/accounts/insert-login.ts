import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

type Owner = { accountId: number; passwordHash: string };
export type LoginParams = {
  secretSha256: Buffer;
  /** Digest of the browser cookie that is set with this login. */
  browserSha256: Buffer;
  userAgent: string | undefined;
  address: string;
  days: number;
};

/**
 * Inserts a login that expires after `days` without use, and marks the browser as known to the account. @returns false
 * if the account is gone, or `passwordHash` is no longer its hash
 */
export async function insertLogin(
  db: Database,
  { accountId, passwordHash, secretSha256, browserSha256, userAgent, address, days }: LoginParams & Owner,
): Promise<boolean> {
  // The lock orders this against a password change, which then ends all logins: it runs either before or sees this
  // login.
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
