import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import type { VerificationKind } from "./find-verification-code.ts";

type Code = {
  kind: VerificationKind;
  email: string;
  hours: number;
  accountId?: number;
  passwordHash?: string;
  /** Of the link's secret; undefined where a job makes that when it sends it. */
  secretSha256?: Buffer;
};

/** Stores a link to be sent, good for `hours`. @returns its id */
export async function insertVerificationCode(db: Database, code: Code): Promise<number> {
  const { kind, email, hours, accountId, passwordHash, secretSha256 } = code;
  const [row] = await db.once.execute<{ id: string }>(sql`
    insert into verification_code (kind, email, account_id, password_hash, secret_sha256, expires_at)
    values (${kind}::text, ${email}::text, ${accountId ?? null}::bigint, ${passwordHash ?? null}::text,
      ${secretSha256 ?? null}::bytea, podcore_now() + ${hours}::int * interval '1 hour')
    returning id`);
  return Number(row?.id);
}
