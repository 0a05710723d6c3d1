import { and, eq, gt, sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import { verificationCode } from "../../db/schema.ts";

/**
 * Gives a code a new secret, replacing any earlier one. @returns when it expires; undefined if the code is gone or has
 * expired
 */
export async function mintVerificationSecret(
  db: Database,
  { id, secretSha256 }: { id: number; secretSha256: Buffer },
): Promise<Date | undefined> {
  const [row] = await db.repeatable
    .update(verificationCode)
    .set({ secretSha256 })
    .where(and(eq(verificationCode.id, id), gt(verificationCode.expiresAt, sql`podcore_now()`)))
    .returning({ expiresAt: verificationCode.expiresAt });
  return row?.expiresAt;
}
