import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { deleteVerificationCode } from "./delete-verification-code.ts";

/** `half`: the code of the other end is there still; `void`: this one was used meanwhile. */
type Result = { kind: "changed"; oldEmail: string } | { kind: "half" | "void" };

/**
 * Uses up the code of one end of a change of address, and with that of the second end stores the new address. Call it in a
 * transaction: both ends may be confirmed at once.
 */
export async function changeEmail(
  db: Database,
  { accountId, codeId }: { accountId: number; codeId: number },
): Promise<Result> {
  const [account] = await db.once.execute<{ email: string }>(sql`
    select email from account where id = ${accountId}::bigint for no key update`);
  const [code] = await db.once.execute<{ email: string }>(sql`
    select email from verification_code where id = ${codeId}::bigint and account_id = ${accountId}::bigint`);
  if (account === undefined || code === undefined || !(await deleteVerificationCode(db, codeId)))
    return { kind: "void" };
  const others = await db.once.execute(sql`
    select from verification_code where account_id = ${accountId}::bigint and kind in ('new-email', 'old-email')`);
  if (others.length > 0) return { kind: "half" };
  await db.once.execute(sql`update account set email = ${code.email}::text where id = ${accountId}::bigint`);
  return { kind: "changed", oldEmail: account.email };
}
