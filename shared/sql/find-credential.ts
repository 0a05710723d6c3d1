import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** Whose credential it is. `email` is null of an ephemeral account. */
export type FoundCredential = { id: number; accountId: number; email: string | null };
type Row = { id: string; account_id: string; email: string | null };
type Params = { secretSha256: Buffer; address: string };

// A listener's page view is no write: what is kept of its last use may be a minute late.
const TOUCH_AFTER = "1 minute";

/** Finds the login of a secret, while it lasts, and takes down that it, and its account, was used. */
export async function findLogin(db: Database, { secretSha256, address }: Params): Promise<FoundCredential | undefined> {
  const [row] = await db.execute<Row>(sql`
    with found as (
      select l.id, l.account_id, a.email, l.last_used_at <= podcore_now() - ${TOUCH_AFTER}::interval as is_stale
      from login l join account a on a.id = l.account_id
      where l.secret_sha256 = ${secretSha256}::bytea and l.expires_at > podcore_now()
    ), touched as (
      update login l set last_used_at = podcore_now(), last_used_address = ${address}::text
      from found where l.id = found.id and found.is_stale
    ), seen as (
      update account a set last_seen_at = podcore_now(), last_seen_address = ${address}::text
      from found where a.id = found.account_id and found.is_stale
    )
    select id, account_id, email from found`);
  return row && toFound(row);
}

/** Finds the API key of a secret, while it lasts, and takes down that it, and its account, was used. */
export async function findApiKey(
  db: Database,
  { secretSha256, address }: Params,
): Promise<FoundCredential | undefined> {
  const [row] = await db.execute<Row>(sql`
    with found as (
      select k.id, k.account_id, a.email,
        k.last_used_at is null or k.last_used_at <= podcore_now() - ${TOUCH_AFTER}::interval as is_stale
      from api_key k join account a on a.id = k.account_id
      where k.secret_sha256 = ${secretSha256}::bytea and (k.expires_at is null or k.expires_at > podcore_now())
    ), touched as (
      update api_key k set last_used_at = podcore_now(), last_used_address = ${address}::text
      from found where k.id = found.id and found.is_stale
    ), seen as (
      update account a set last_seen_at = podcore_now(), last_seen_address = ${address}::text
      from found where a.id = found.account_id and found.is_stale
    )
    select id, account_id, email from found`);
  return row && toFound(row);
}

function toFound({ id, account_id, email }: Row): FoundCredential {
  return { id: Number(id), accountId: Number(account_id), email };
}
