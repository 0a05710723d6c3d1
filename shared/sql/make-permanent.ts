import { and, eq, isNull } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { account } from "../db/schema.ts";
import { deleteVerificationCodes } from "./delete-verification-code.ts";

type Owner = { email: string; passwordHash: string };

/** Turns an ephemeral account into the permanent one of an address; other links that would are void then. @returns false where it is permanent already, or gone */
export async function makePermanent(
  db: Database,
  { accountId, email, passwordHash }: Owner & { accountId: number },
): Promise<boolean> {
  const rows = await db.once
    .update(account)
    .set({ email, passwordHash })
    .where(and(eq(account.id, accountId), isNull(account.email)))
    .returning({ id: account.id });
  await deleteVerificationCodes(db, accountId);
  return rows.length > 0;
}
