import { and, eq, gt, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { verificationCode } from "../db/schema.ts";

export type VerificationCode = typeof verificationCode.$inferSelect;
export type VerificationKind = VerificationCode["kind"];

/** Finds the unexpired code of a link that was sent. */
export async function findVerificationCode(db: Database, secretSha256: Buffer): Promise<VerificationCode | undefined> {
  const [row] = await db.repeatable
    .select()
    .from(verificationCode)
    .where(and(eq(verificationCode.secretSha256, secretSha256), gt(verificationCode.expiresAt, sql`podcore_now()`)));
  return row;
}
