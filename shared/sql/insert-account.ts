import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { account } from "../db/schema.ts";
import type { LoginParams } from "./insert-login.ts";

/** Makes a permanent account. @returns its id */
export async function insertPermanentAccount(
  db: Database,
  owner: { email: string; passwordHash: string },
): Promise<number> {
  const [row] = await db.insert(account).values(owner).returning({ id: account.id });
  if (row === undefined) throw new Error("Cannot insert account: Postgres returned no row");
  return row.id;
}

/** Makes an ephemeral account, and the login that it is known by. @returns its id */
export async function insertEphemeralAccount(
  db: Database,
  { secretSha256, userAgent, address, days }: LoginParams,
): Promise<number> {
  const [row] = await db.execute<{ account_id: string }>(sql`
    with made as (
      insert into account (last_seen_address) values (${address}::text) returning id
    )
    insert into login (account_id, secret_sha256, user_agent, last_used_address, expires_at)
    select id, ${secretSha256}::bytea, left(${userAgent ?? null}::text, 500), ${address}::text,
      podcore_now() + ${days}::int * interval '1 day' from made
    returning account_id`);
  return Number(row?.account_id);
}
