import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** More than a person has apps. */
export const API_KEYS_MAX = 50;

type ApiKey = { accountId: number; name: string; secretSha256: Buffer; hint: string };

/** Makes an API key. @returns false where the account has as many as it may */
export async function insertApiKey(db: Database, { accountId, name, secretSha256, hint }: ApiKey): Promise<boolean> {
  const rows = await db.repeatable.execute(sql`
    insert into api_key (account_id, name, secret_sha256, hint)
    select ${accountId}::bigint, ${name}::text, ${secretSha256}::bytea, ${hint}::text
    where (select count(*) from api_key
      where account_id = ${accountId}::bigint and secret_sha256 <> ${secretSha256}::bytea) < ${API_KEYS_MAX}::int
    on conflict (secret_sha256) do update set name = excluded.name
    returning id`);
  return rows.length > 0;
}
