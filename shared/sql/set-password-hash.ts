import { eq } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { account } from "../db/schema.ts";

export async function setPasswordHash(
  db: Database,
  { accountId, passwordHash }: { accountId: number; passwordHash: string },
): Promise<void> {
  await db.update(account).set({ passwordHash }).where(eq(account.id, accountId));
}
