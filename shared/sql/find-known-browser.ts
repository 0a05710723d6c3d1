import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

type Params = { email: string; browserSha256: Buffer };

/** True if a browser was logged in to the account of an e-mail address, since its password was last changed. */
export async function findKnownBrowser(db: Database, { email, browserSha256 }: Params): Promise<boolean> {
  const rows = await db.repeatable.execute(sql`
    select from account_browser k join account a on a.id = k.account_id
    where k.browser_sha256 = ${browserSha256}::bytea and lower(a.email) = lower(${email}::text)`);
  return rows.length > 0;
}
