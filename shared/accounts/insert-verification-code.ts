import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { VerificationKind } from "./find-verification-code.ts";

type Code = {
  kind: VerificationKind;
  email: string;
  hours: number;
  accountId?: number;
  passwordHash?: string;
  /** Of the link's secret; undefined if a job makes it when it sends the mail. */
  secretSha256?: Buffer;
};

/** Stores the code of a link that expires after `hours`. @returns its id */
export async function insertVerificationCode(db: Database, code: Code): Promise<number> {
  const { kind, email, hours, accountId, passwordHash, secretSha256 } = code;
  const [row] = await db.once.execute<{ id: string }>(sql`
    insert into verification_code (kind, email, account_id, password_hash, secret_sha256, expires_at)
    values (${kind}::text, ${email}::text, ${accountId ?? null}::bigint, ${passwordHash ?? null}::text,
      ${secretSha256 ?? null}::bytea, podcore_now() + ${hours}::int * interval '1 hour')
    returning id`);
  return Number(row?.id);
}
