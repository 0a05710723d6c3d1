import { desc, eq, gt, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { apiKey, login } from "../db/schema.ts";

export type ListedLogin = Pick<
  typeof login.$inferSelect,
  "id" | "userAgent" | "createdAt" | "lastUsedAt" | "lastUsedAddress" | "expiresAt"
>;
export type ListedApiKey = Pick<
  typeof apiKey.$inferSelect,
  "id" | "name" | "hint" | "createdAt" | "lastUsedAt" | "lastUsedAddress"
>;

/** Lists the browsers that are logged in to an account, the most recently used first. */
export async function listLogins(db: Database, accountId: number): Promise<ListedLogin[]> {
  const { id, userAgent, createdAt, lastUsedAt, lastUsedAddress, expiresAt } = login;
  return db.repeatable
    .select({ id, userAgent, createdAt, lastUsedAt, lastUsedAddress, expiresAt })
    .from(login)
    .where(sql`${eq(login.accountId, accountId)} and ${gt(login.expiresAt, sql`podcore_now()`)}`)
    .orderBy(desc(login.lastUsedAt), desc(login.id));
}

/** Lists an account's API keys, newest first, without their secrets, which are not stored. */
export async function listApiKeys(db: Database, accountId: number): Promise<ListedApiKey[]> {
  const { id, name, hint, createdAt, lastUsedAt, lastUsedAddress } = apiKey;
  return db.repeatable
    .select({ id, name, hint, createdAt, lastUsedAt, lastUsedAddress })
    .from(apiKey)
    .where(eq(apiKey.accountId, accountId))
    .orderBy(desc(apiKey.id));
}
