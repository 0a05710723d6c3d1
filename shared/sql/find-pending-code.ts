import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** A code whose link is to be sent. `isTaken`: the address is some account's by now. */
export type PendingCode = { kind: "sign-up" | "invite"; email: string; isTaken: boolean };

/** Finds a code that makes an account, while it lasts, whether its link was sent or not. */
export async function findPendingCode(db: Database, id: number): Promise<PendingCode | undefined> {
  const [row] = await db.repeatable.execute<{ kind: PendingCode["kind"]; email: string; is_taken: boolean }>(sql`
    select kind, email, exists (select from account a where lower(a.email) = lower(c.email)) as is_taken
    from verification_code c
    where id = ${id}::bigint and kind in ('sign-up', 'invite') and expires_at > podcore_now()`);
  return row === undefined ? undefined : { kind: row.kind, email: row.email, isTaken: row.is_taken };
}
