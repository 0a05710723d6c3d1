import type { Database } from "../../shared/db/pool.ts";
import { account } from "../../shared/db/schema.ts";

/** Inserts an ephemeral account, or with `email` a permanent one, and returns its id. */
export async function insertAccount(db: Database, { email }: { email?: string } = {}): Promise<number> {
  const passwordHash = email === undefined ? undefined : "not a hash";
  const [row] = await db.once.insert(account).values({ email, passwordHash }).returning({ id: account.id });
  if (row === undefined) throw new Error("Nothing was inserted");
  return row.id;
}
