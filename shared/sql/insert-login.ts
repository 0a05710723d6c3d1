import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

type LoginParams = { secretSha256: Buffer; userAgent: string | undefined; address: string; days: number };

/** Makes a login to an account, which lasts `days`. @returns its id */
export async function insertLogin(
  db: Database,
  { accountId, secretSha256, userAgent, address, days }: LoginParams & { accountId: number },
): Promise<number> {
  const [row] = await db.execute<{ id: string }>(sql`
    insert into login (account_id, secret_sha256, user_agent, last_used_address, expires_at)
    values (${accountId}::bigint, ${secretSha256}::bytea, left(${userAgent ?? null}::text, 500), ${address}::text,
      podcore_now() + ${days}::int * interval '1 day')
    returning id`);
  return Number(row?.id);
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
