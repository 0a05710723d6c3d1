import { deleteLogins } from "../auth/delete-logins.ts";
import { checkWithinLimit } from "../auth/login-limit.ts";
import { hashPassword, verifyPassword } from "../auth/password.ts";
import type { Context } from "../context.ts";
import { enqueueJob } from "../jobs/enqueue-job.ts";
import * as workerWaker from "../jobs/worker-waker.ts";
import { deleteVerificationCodes } from "./delete-verification-code.ts";
import { findAccount } from "./find-account.ts";
import type { noticeMailer } from "./letters/notice-mailer.ts";
import { setPasswordHash } from "./set-password-hash.ts";

type Params = { accountId: number; email: string; currentPassword: string; password: string };

/**
 * Changes an account's password, ends all its logins except the caller's, invalidates its links, and notifies its owner
 * by mail.
 *
 * @returns false if `currentPassword` is wrong
 * @throws UserError 429 after too many wrong passwords
 */
export async function run(ctx: Context, { accountId, email, currentPassword, password }: Params): Promise<boolean> {
  const from = await checkPassword(ctx, { accountId, password: currentPassword });
  if (from === undefined) return false;
  const passwordHash = await hashPassword(password);
  const { credential } = ctx.caller;
  const isChanged = await ctx.db.once.transaction(async (tx) => {
    if (!(await setPasswordHash(tx, { accountId, passwordHash, from }))) return false;
    await deleteLogins(tx, { accountId, exceptId: credential?.kind === "login" ? credential.id : undefined });
    await deleteVerificationCodes(tx, accountId);
    await enqueueJob<typeof noticeMailer>(tx, { name: "notice_mailer", args: { email, newEmail: undefined } });
    return true;
  });
  if (!isChanged) return false;
  workerWaker.run(ctx);
  ctx.log.info("Password changed", { account_id: accountId });
  return true;
}

/**
 * Checks the password of a permanent account: a person at the owner's unlocked browser need not know it.
 *
 * @returns its hash, or undefined if the password is wrong
 * @throws UserError 429 after too many wrong passwords
 */
export async function checkPassword(
  ctx: Context,
  { accountId, password }: { accountId: number; password: string },
): Promise<string | undefined> {
  const stored = (await findAccount(ctx.db, accountId))?.passwordHash ?? undefined;
  const { isCorrect } = await checkWithinLimit(ctx, { accountId }, () => verifyPassword(password, stored));
  return isCorrect ? stored : undefined;
}
