import { and, eq } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { account } from "../db/schema.ts";

type Change = { accountId: number; passwordHash: string; from?: string };

/**
 * Stores an account's new password hash. @returns false if the account is gone, or its stored hash is no longer `from`
 * (if given)
 */
export async function setPasswordHash(db: Database, { accountId, passwordHash, from }: Change): Promise<boolean> {
  const rows = await db.once
    .update(account)
    .set({ passwordHash })
    .where(and(eq(account.id, accountId), from === undefined ? undefined : eq(account.passwordHash, from)))
    .returning({ id: account.id });
  return rows.length > 0;
}
