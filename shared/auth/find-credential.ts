import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

type CredentialKind = "login" | "api-key";
/** Whose credential it is. `email` is null of an ephemeral account. `isRenewed`: its cookie has to be sent again. */
export type FoundCredential = {
  kind: CredentialKind;
  id: number;
  accountId: number;
  email: string | null;
  isRenewed: boolean;
};
/** `browserSha256`: if only a login of that browser counts. */
type Params = { kind: CredentialKind; secretSha256: Buffer; address: string; browserSha256?: Buffer };

/** A login ends after so many days without use. */
export const LOGIN_DAYS = 90;

// A listener's page view is no write: what is kept of its last use may be a minute late.
const TOUCH_AFTER = "1 minute";
// How late a login's end, and its cookie's, may be: a cookie is sent again once a day.
const RENEW_AFTER = "1 day";

/**
 * Finds the login or the API key of a secret, while it lasts, and records that it, and its account, was used. A login lasts
 * for 90 more days from then on.
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
  // A login from before there was the browser's cookie counts without it, for as long as one lasts that is not used.
  const ofBrowser =
    browserSha256 === undefined
      ? sql`true`
      : sql`(c.browser_sha256 = ${browserSha256}::bytea
          or c.browser_sha256 is null and c.created_at > podcore_now() - ${idle})`;
  const end = sql`podcore_now() + ${idle}`;
  // What a login of an earlier version has in expires_at may be later than that.
  const isDue = sql`c.expires_at not between ${end} - ${RENEW_AFTER}::interval and ${end}`;
  return {
    table: sql`login`,
    isValid: sql`c.last_used_at > podcore_now() - ${idle} and ${ofBrowser}`,
    isDue,
    renewed: sql`case when ${isDue} then ${end} else c.expires_at end`,
  };
}
