import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

type ResetCode = { accountId: number; secretSha256: Buffer; hours: number };

/** Stores a code that resets an account's password, in place of those it had: only the last link that was sent works. @returns until when it lasts */
export async function replacePasswordResetCode(
  db: Database,
  { accountId, secretSha256, hours }: ResetCode,
): Promise<Date | undefined> {
  const [row] = await db.repeatable.execute<{ expires_at_ms: number }>(sql`
    with old as (
      delete from verification_code where account_id = ${accountId}::bigint and kind = 'password-reset'
    )
    insert into verification_code (kind, account_id, email, secret_sha256, expires_at)
    select 'password-reset', id, email, ${secretSha256}::bytea, podcore_now() + ${hours}::int * interval '1 hour'
    from account where id = ${accountId}::bigint and email is not null
    returning (extract(epoch from expires_at) * 1000)::float8 as expires_at_ms`);
  return row === undefined ? undefined : new Date(row.expires_at_ms);
}
