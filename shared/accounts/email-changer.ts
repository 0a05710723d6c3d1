import { sql } from "drizzle-orm";
import { hashSecret, newNonce } from "../auth/secret.ts";
import type { Context } from "../context.ts";
import { errorCodeOf } from "../db/failure.ts";
import type { Database } from "../db/pool.ts";
import { takeRateLimit } from "../db/take-rate-limit.ts";
import { tooManyRequests } from "../errors.ts";
import { enqueueJob } from "../jobs/enqueue-job.ts";
import * as workerWaker from "../jobs/worker-waker.ts";
import { deleteVerificationCode, deleteVerificationCodes } from "./delete-verification-code.ts";
import { findVerificationCode } from "./find-verification-code.ts";
import type { emailChangeMailer } from "./letters/email-change-mailer.ts";
import type { noticeMailer } from "./letters/notice-mailer.ts";
import { checkPassword } from "./password-changer.ts";

type Params = { accountId: number; newEmail: string; password: string };
/** The page of a link: of the old address it can stop the change, too. */
export type Asked = { accountId: number; newEmail: string; end: "new" | "old" };
/** `changed`: that was the second of both; `half`: the other end is not confirmed yet; `void`: the link is not valid. */
type Confirmed = "changed" | "half" | "void";

// Each sends a mail to an address of the account's choice.
const CHANGES = { kind: "email-change", max: 5, windowSeconds: 3_600 };
// The mails at both ends have to be read.
const LINK_HOURS = 48;

/**
 * Begins a change of an account's e-mail address: a link is mailed to the new one, and another to the old one. A change
 * that was begun before is void. Whether the new address has an account is not looked up here, so the answer cannot tell.
 *
 * @returns false if that is not the password
 * @throws UserError 429 after too many wrong passwords, or changes
 */
export async function begin(ctx: Context, { accountId, newEmail, password }: Params): Promise<boolean> {
  if ((await checkPassword(ctx, { accountId, password })) === undefined) return false;
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, { ...CHANGES, subject: String(accountId) });
  if (!isAllowed) throw tooManyRequests("Too many requests: too many changes of your address", retryAfterSeconds);
  await ctx.db.once.transaction(async (tx) => {
    for (const verificationCodeId of await insertEmailChange(tx, { accountId, newEmail, hours: LINK_HOURS })) {
      await enqueueJob<typeof emailChangeMailer>(tx, {
        name: "email_change_mailer",
        args: { verificationCodeId, nonce: newNonce() },
      });
    }
  });
  workerWaker.run(ctx);
  ctx.log.info("Change of address begun", { account_id: accountId });
  return true;
}

/** Tells what the page of a link has to ask for; undefined if the link is void. */
export async function ask(ctx: Context, { secret }: { secret: string }): Promise<Asked | undefined> {
  const code = await find(ctx, secret);
  if (code?.accountId == null) return undefined;
  if (code.kind !== "new-email" && code.kind !== "old-email") return undefined;
  return { accountId: code.accountId, newEmail: code.email, end: code.kind === "new-email" ? "new" : "old" };
}

/** Confirms one end of a change by its link. With the second the account has the new address, and the old one is told. */
export async function confirm(ctx: Context, { secret }: { secret: string }): Promise<Confirmed> {
  const asked = await ask(ctx, { secret });
  const code = await find(ctx, secret);
  if (asked === undefined || code === undefined) return "void";
  const { accountId, newEmail } = asked;
  try {
    const confirmed = await ctx.db.once.transaction(async (tx): Promise<Confirmed> => {
      const result = await changeEmail(tx, { accountId, codeId: code.id });
      if (result.kind !== "changed") return result.kind;
      // What was sent to the old address opens the account no longer.
      await deleteVerificationCodes(tx, accountId);
      await enqueueJob<typeof noticeMailer>(tx, { name: "notice_mailer", args: { email: result.oldEmail, newEmail } });
      return "changed";
    });
    if (confirmed === "changed") {
      workerWaker.run(ctx);
      ctx.log.info("E-mail address changed", { account_id: accountId });
    }
    return confirmed;
  } catch (error) {
    // unique_violation: the address belongs to another account by now.
    if (errorCodeOf(error) === "23505") return "void";
    throw error;
  }
}

/** Stops a change by the old address's link. @returns false if the link is void */
export async function stop(ctx: Context, { secret }: { secret: string }): Promise<boolean> {
  const asked = await ask(ctx, { secret });
  if (asked?.end !== "old") return false;
  await deleteVerificationCodes(ctx.db, asked.accountId);
  ctx.log.info("Change of address stopped", { account_id: asked.accountId });
  return true;
}

async function find(ctx: Context, secret: string) {
  const secretSha256 = hashSecret(secret);
  return secretSha256 && (await findVerificationCode(ctx.db, secretSha256));
}

/** `half`: the code of the other end is there still; `void`: this one was used meanwhile. */
type Result = { kind: "changed"; oldEmail: string } | { kind: "half" | "void" };

/**
 * Uses up the code of one end of a change of address, and with that of the second end stores the new address. Call it in a
 * transaction: both ends may be confirmed at once.
 */
async function changeEmail(
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

type Change = { accountId: number; newEmail: string; hours: number };

/**
 * Stores the two codes of a change of address, one for each end, in place of those of a change that was begun before. Call
 * it in a transaction: another change of the account waits for its end.
 *
 * @returns their ids
 */
async function insertEmailChange(db: Database, { accountId, newEmail, hours }: Change): Promise<number[]> {
  await db.once.execute(sql`select from account where id = ${accountId}::bigint for no key update`);
  await db.once.execute(sql`
    delete from verification_code where account_id = ${accountId}::bigint and kind in ('new-email', 'old-email')`);
  const rows = await db.once.execute<{ id: string }>(sql`
    insert into verification_code (kind, account_id, email, expires_at)
    select kind, id, ${newEmail}::text, podcore_now() + ${hours}::int * interval '1 hour'
    from account, unnest(array['new-email', 'old-email']) kind
    where id = ${accountId}::bigint and account.email is not null
    returning id`);
  return rows.map(({ id }) => Number(id));
}
