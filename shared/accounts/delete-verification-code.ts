import { eq } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { verificationCode } from "../db/schema.ts";

/** Invalidates all links that were sent for an account. */
export async function deleteVerificationCodes(db: Database, accountId: number): Promise<void> {
  await db.once.delete(verificationCode).where(eq(verificationCode.accountId, accountId));
}

/** Uses up a code. @returns false if it was used in the meantime */
export async function deleteVerificationCode(db: Database, id: number): Promise<boolean> {
  const rows = await db.once
    .delete(verificationCode)
    .where(eq(verificationCode.id, id))
    .returning({ id: verificationCode.id });
  return rows.length > 0;
}
