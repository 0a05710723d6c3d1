import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** Ends an API key of an account. @returns false where the account has no such key */
export async function deleteApiKey(
  db: Database,
  { id, accountId }: { id: number; accountId: number },
): Promise<boolean> {
  const rows = await db.once.execute(sql`
    delete from api_key where id = ${id}::bigint and account_id = ${accountId}::bigint returning id`);
  return rows.length > 0;
}
