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
/** An opened link. The one sent to the old address can also stop the change. */
export type OpenedLink = { accountId: number; newEmail: string; end: "new" | "old" };
/**
 * `changed`: both addresses are confirmed now; `half`: the other one is not confirmed yet; `void`: the link is invalid.
 */
type Confirmed = "changed" | "half" | "void";

// Each change sends a mail to an address that the account chooses.
const CHANGES = { kind: "email-change", max: 5, windowSeconds: 3_600 };
// Long enough to read mails at two addresses.
const LINK_HOURS = 48;

/**
 * Starts a change of an account's email address: mails one link to the new address and one to the old. Cancels a change
 * in progress. Does not look up whether the new address has an account, so that the answer cannot reveal it.
 *
 * @returns false if the password is wrong
 * @throws UserError 429 after too many wrong passwords or changes
 */
export async function begin(ctx: Context, { accountId, newEmail, password }: Params): Promise<boolean> {
  if ((await checkPassword(ctx, { accountId, password })) === undefined) return false;
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, { ...CHANGES, subject: String(accountId) });
  if (!isAllowed) throw tooManyRequests("Too many requests: too many changes of your email address", retryAfterSeconds);
  await ctx.db.once.transaction(async (tx) => {
    for (const verificationCodeId of await insertEmailChange(tx, { accountId, newEmail, hours: LINK_HOURS })) {
      await enqueueJob<typeof emailChangeMailer>(tx, {
        name: "email_change_mailer",
        args: { verificationCodeId, nonce: newNonce() },
      });
    }
  });
  workerWaker.run(ctx);
  ctx.log.info("Email change started", { account_id: accountId });
  return true;
}

/** Returns what a link confirms, or undefined if it is invalid. */
export async function inspectLink(ctx: Context, { secret }: { secret: string }): Promise<OpenedLink | undefined> {
  const code = await find(ctx, secret);
  if (code?.accountId == null) return undefined;
  if (code.kind !== "new-email" && code.kind !== "old-email") return undefined;
  return { accountId: code.accountId, newEmail: code.email, end: code.kind === "new-email" ? "new" : "old" };
}

/**
 * Confirms one address by its link. After the second confirmation the account has the new address, and the old one is
 * notified.
 */
export async function confirm(ctx: Context, { secret }: { secret: string }): Promise<Confirmed> {
  const link = await inspectLink(ctx, { secret });
  const code = await find(ctx, secret);
  if (link === undefined || code === undefined) return "void";
  const { accountId, newEmail } = link;
  try {
    const confirmed = await ctx.db.once.transaction(async (tx): Promise<Confirmed> => {
      const result = await changeEmail(tx, { accountId, codeId: code.id });
      if (result.kind !== "changed") return result.kind;
      // Links sent to the old address must no longer open the account.
      await deleteVerificationCodes(tx, accountId);
      await enqueueJob<typeof noticeMailer>(tx, { name: "notice_mailer", args: { email: result.oldEmail, newEmail } });
      return "changed";
    });
    if (confirmed === "changed") {
      workerWaker.run(ctx);
      ctx.log.info("Email address changed", { account_id: accountId });
    }
    return confirmed;
  } catch (error) {
    // unique_violation: the address belongs to another account by now.
    if (errorCodeOf(error) === "23505") return "void";
    throw error;
  }
}

/** Stops a change by the old address's link. @returns false if the link is invalid */
export async function stop(ctx: Context, { secret }: { secret: string }): Promise<boolean> {
  const link = await inspectLink(ctx, { secret });
  if (link?.end !== "old") return false;
  await deleteVerificationCodes(ctx.db, link.accountId);
  ctx.log.info("Email change stopped", { account_id: link.accountId });
  return true;
}

async function find(ctx: Context, secret: string) {
  const secretSha256 = hashSecret(secret);
  return secretSha256 && (await findVerificationCode(ctx.db, secretSha256));
}

/** `half`: the other address is not confirmed yet; `void`: this code was used in the meantime. */
type Result = { kind: "changed"; oldEmail: string } | { kind: "half" | "void" };

/**
 * Uses up the code of one address; if it is the second one, stores the new address. Call it in a transaction, since
 * both addresses may be confirmed at once.
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
 * Stores the two codes of a change, one per address, and replaces those of a change in progress. Call it in a
 * transaction: a parallel change of the account waits for its end.
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
