import { sql } from "drizzle-orm";
import { errorCodeOf } from "../db/failure.ts";
import type { Database } from "../db/pool.ts";
import { account } from "../db/schema.ts";
import type { LoginParams } from "./insert-login.ts";

/** Inserts a permanent account. @returns its id */
export async function insertPermanentAccount(
  db: Database,
  owner: { email: string; passwordHash: string },
): Promise<number> {
  const [row] = await db.once.insert(account).values(owner).returning({ id: account.id });
  if (row === undefined) throw new Error("Cannot insert account: Postgres returned no row");
  return row.id;
}

/** Inserts an ephemeral account and its login, or finds those of an earlier attempt. @returns the account's id */
export async function insertEphemeralAccount(
  db: Database,
  { secretSha256, browserSha256, userAgent, address, days }: LoginParams,
): Promise<number> {
  const insert = () =>
    db.repeatable.execute<{ account_id: string }>(sql`
    with known as (
      select account_id from login where secret_sha256 = ${secretSha256}::bytea
    ), made as (
      insert into account (last_seen_address) select ${address}::text where not exists (select from known) returning id
    ), inserted as (
      insert into login (account_id, secret_sha256, browser_sha256, user_agent, last_used_address, expires_at)
      select id, ${secretSha256}::bytea, ${browserSha256}::bytea, left(${userAgent ?? null}::text, 500), ${address}::text,
        podcore_now() + ${days}::int * interval '1 day' from made
      returning account_id
    )
    select account_id from inserted union all select account_id from known`);
  const [row] = await insert().catch((error) => {
    // An earlier attempt whose connection was lost was still running, and committed first. Its login can be found now.
    if (errorCodeOf(error) !== "23505") throw error;
    return insert();
  });
  return Number(row?.account_id);
}
