import { eq, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { type Account, account } from "../db/schema.ts";

/** Finds the permanent account of an email address, ignoring case. */
export async function findAccountByEmail(db: Database, email: string): Promise<Account | undefined> {
  const [row] = await db.repeatable
    .select()
    .from(account)
    .where(eq(sql`lower(${account.email})`, sql`lower(${email}::text)`));
  return row;
}

export async function findAccount(db: Database, id: number): Promise<Account | undefined> {
  const [row] = await db.repeatable.select().from(account).where(eq(account.id, id));
  return row;
}
