import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";

type LinkCode = {
  kind: "password-reset" | "login";
  jobId: number;
  leaseToken: number;
  accountId: number;
  minutes: number;
};

/**
 * Stores a code that resets an account's password or logs in to it, and its id in the args of the job that mails it; or
 * neither. So a job that is retried after its code was used or deleted creates no other.
 *
 * @returns the code's id, also if the job has one already; undefined if the job's lease was lost or the account is gone
 */
export async function insertLinkCode(
  db: Database,
  { kind, jobId, leaseToken, accountId, minutes }: LinkCode,
): Promise<number | undefined> {
  const [row] = await db.repeatable.execute<{ id: string }>(sql`
    with held as (
      select id, args from job where id = ${jobId}::bigint and lease_token = ${leaseToken}::bigint for update
    ), inserted as (
      insert into verification_code (kind, account_id, email, expires_at)
      select ${kind}::text, a.id, a.email, podcore_now() + ${minutes}::int * interval '1 minute'
      from held join account a on a.id = ${accountId}::bigint and a.email is not null
      where not held.args ? 'verificationCodeId'
      returning id
    ), named as (
      update job set args = job.args || jsonb_build_object('verificationCodeId', inserted.id)
      from held, inserted where job.id = held.id
    )
    select id from inserted
    union all
    select (args->>'verificationCodeId')::bigint from held where args ? 'verificationCodeId'`);
  return row === undefined ? undefined : Number(row.id);
}
