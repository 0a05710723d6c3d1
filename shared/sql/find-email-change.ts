import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** A link to be sent to one end of a change of address. `isTaken`: the new address is some account's by now. */
export type EmailChange = { kind: "new-email" | "old-email"; oldEmail: string; newEmail: string; isTaken: boolean };

/** Finds one of the two codes of a change of address, while it lasts, whether its link was sent or not. */
export async function findEmailChange(db: Database, id: number): Promise<EmailChange | undefined> {
  const [row] = await db.repeatable.execute<{
    kind: EmailChange["kind"];
    old_email: string;
    new_email: string;
    is_taken: boolean;
  }>(sql`
    select c.kind, a.email as old_email, c.email as new_email,
      exists (select from account other where lower(other.email) = lower(c.email)) as is_taken
    from verification_code c join account a on a.id = c.account_id
    where c.id = ${id}::bigint and c.kind in ('new-email', 'old-email') and c.expires_at > podcore_now()`);
  return row && { kind: row.kind, oldEmail: row.old_email, newEmail: row.new_email, isTaken: row.is_taken };
}
