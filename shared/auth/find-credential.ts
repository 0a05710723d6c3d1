import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

type CredentialKind = "login" | "api-key";
/**
 * The account that a credential belongs to. `email` is null for an ephemeral account. `isRenewed`: the cookie must be
 * sent again.
 */
export type FoundCredential = {
  kind: CredentialKind;
  id: number;
  accountId: number;
  email: string | null;
  isRenewed: boolean;
};
/** `browserSha256`: accept only a login that was made in this browser. */
type Params = { kind: CredentialKind; secretSha256: Buffer; address: string; browserSha256?: Buffer };

/** A login expires after this many days without use. */
export const LOGIN_DAYS = 90;

// Avoids a write on every page view: `last_used_at` may be a minute late.
const TOUCH_AFTER = "1 minute";
// The login's expiry, and its cookie's, may be a day late, so the cookie is sent again once a day.
const RENEW_AFTER = "1 day";

/**
 * Finds the unexpired login or API key of a secret, and records that the credential and its account were used. Each use
 * extends a login to 90 days from now.
 */
export async function findCredential(
  db: Database,
  { kind, secretSha256, address, browserSha256 }: Params,
): Promise<FoundCredential | undefined> {
  const { table, isValid, isDue, renewed } = kind === "login" ? ofLogin(browserSha256) : OF_API_KEY;
  const [row] = await db.repeatable.execute<{
    id: string;
    account_id: string;
    email: string | null;
    is_renewed: boolean;
  }>(sql`
    with found as (
      select c.id, c.account_id, a.email, ${isDue} as is_renewed,
        c.last_used_at is null or c.last_used_at <= podcore_now() - ${TOUCH_AFTER}::interval as is_stale
      from ${table} c join account a on a.id = c.account_id
      where c.secret_sha256 = ${secretSha256}::bytea and (c.expires_at is null or c.expires_at > podcore_now()) and ${isValid}
    ), touched as (
      update ${table} c set last_used_at = podcore_now(), last_used_address = ${address}::text, expires_at = ${renewed}
      from found where c.id = found.id and (found.is_stale or found.is_renewed)
    ), seen as (
      update account a set last_seen_at = podcore_now(), last_seen_address = ${address}::text
      from found where a.id = found.account_id and found.is_stale
    )
    select id, account_id, email, is_renewed from found`);
  return (
    row && {
      kind,
      id: Number(row.id),
      accountId: Number(row.account_id),
      email: row.email,
      isRenewed: row.is_renewed,
    }
  );
}

type Rules = { table: SQL; isValid: SQL; isDue: SQL; renewed: SQL };

const OF_API_KEY: Rules = {
  table: sql`api_key`,
  isValid: sql`true`,
  isDue: sql`false`,
  renewed: sql`c.expires_at`,
};

function ofLogin(browserSha256: Buffer | undefined): Rules {
  const idle = sql`${LOGIN_DAYS}::int * interval '1 day'`;
  // Logins made before the browser cookie existed count without it, for as long as an unused login lasts.
  const ofBrowser =
    browserSha256 === undefined
      ? sql`true`
      : sql`(c.browser_sha256 = ${browserSha256}::bytea
          or c.browser_sha256 is null and c.created_at > podcore_now() - ${idle})`;
  const end = sql`podcore_now() + ${idle}`;
  // Earlier versions stored a later expires_at.
  const isDue = sql`c.expires_at not between ${end} - ${RENEW_AFTER}::interval and ${end}`;
  return {
    table: sql`login`,
    isValid: sql`c.last_used_at > podcore_now() - ${idle} and ${ofBrowser}`,
    isDue,
    renewed: sql`case when ${isDue} then ${end} else c.expires_at end`,
  };
}
