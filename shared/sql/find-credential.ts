import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

export type CredentialKind = "login" | "api-key";
/** Whose credential it is. `email` is null of an ephemeral account. */
export type FoundCredential = { kind: CredentialKind; id: number; accountId: number; email: string | null };
type Params = { kind: CredentialKind; secretSha256: Buffer; address: string };

const TABLES: Record<CredentialKind, SQL> = { login: sql`login`, "api-key": sql`api_key` };
// A listener's page view is no write: what is kept of its last use may be a minute late.
const TOUCH_AFTER = "1 minute";

/** Finds the login or the API key of a secret, while it lasts, and takes down that it, and its account, was used. */
export async function findCredential(
  db: Database,
  { kind, secretSha256, address }: Params,
): Promise<FoundCredential | undefined> {
  const table = TABLES[kind];
  const [row] = await db.repeatable.execute<{ id: string; account_id: string; email: string | null }>(sql`
    with found as (
      select c.id, c.account_id, a.email,
        c.last_used_at is null or c.last_used_at <= podcore_now() - ${TOUCH_AFTER}::interval as is_stale
      from ${table} c join account a on a.id = c.account_id
      where c.secret_sha256 = ${secretSha256}::bytea and (c.expires_at is null or c.expires_at > podcore_now())
    ), touched as (
      update ${table} c set last_used_at = podcore_now(), last_used_address = ${address}::text
      from found where c.id = found.id and found.is_stale
    ), seen as (
      update account a set last_seen_at = podcore_now(), last_seen_address = ${address}::text
      from found where a.id = found.account_id and found.is_stale
    )
    select id, account_id, email from found`);
  return row && { kind, id: Number(row.id), accountId: Number(row.account_id), email: row.email };
}
