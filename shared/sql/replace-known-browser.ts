import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** Has the accounts that know a browser by the cookie `from` know it by the cookie `to`, which it gets in its place. */
export async function replaceKnownBrowser(db: Database, { from, to }: { from: Buffer; to: Buffer }): Promise<void> {
  await db.repeatable.execute(sql`
    with doubled as (
      delete from account_browser f using account_browser t
      where f.browser_sha256 = ${from}::bytea and t.browser_sha256 = ${to}::bytea and f.account_id = t.account_id
    )
    update account_browser f set browser_sha256 = ${to}::bytea
    where f.browser_sha256 = ${from}::bytea and not exists (
      select from account_browser t where t.browser_sha256 = ${to}::bytea and t.account_id = f.account_id)`);
}
