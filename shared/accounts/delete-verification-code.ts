import { eq } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { verificationCode } from "../db/schema.ts";

/** Voids all links that have to do with an account. */
export async function deleteVerificationCodes(db: Database, accountId: number): Promise<void> {
  await db.once.delete(verificationCode).where(eq(verificationCode.accountId, accountId));
}

/** Uses a code up. @returns false where another has done so meanwhile */
export async function deleteVerificationCode(db: Database, id: number): Promise<boolean> {
  const rows = await db.once
    .delete(verificationCode)
    .where(eq(verificationCode.id, id))
    .returning({ id: verificationCode.id });
  return rows.length > 0;
}
