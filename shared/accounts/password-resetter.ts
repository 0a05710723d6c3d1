import { deleteLogins } from "../auth/delete-logins.ts";
import { limitByAddress } from "../auth/limit-by-address.ts";
import { hashPassword } from "../auth/password.ts";
import { hashSecret, newNonce } from "../auth/secret.ts";
import type { Context } from "../context.ts";
import { takeRateLimit } from "../db/take-rate-limit.ts";
import { tooManyRequests } from "../errors.ts";
import { enqueueJob } from "../jobs/enqueue-job.ts";
import * as workerWaker from "../jobs/worker-waker.ts";
import { deleteVerificationCode, deleteVerificationCodes } from "./delete-verification-code.ts";
import { findVerificationCode } from "./find-verification-code.ts";
import type { noticeMailer } from "./letters/notice-mailer.ts";
import type { passwordResetMailer } from "./letters/password-reset-mailer.ts";
import { setPasswordHash } from "./set-password-hash.ts";
import { type SignedIn, signIn } from "./sign-in.ts";

// Each request may send a mail to an address that the visitor chooses.
const RESETS = { kind: "password-reset", max: 20, windowSeconds: 3_600 };

/**
 * Requests a password reset link by mail. A job looks up whether the address has an account, so that neither the answer
 * nor its timing reveals it.
 *
 * @throws UserError 429 after twenty from one network in an hour
 */
export async function request(ctx: Context, { email }: { email: string }): Promise<void> {
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limitByAddress(RESETS, ctx));
  if (!isAllowed) throw tooManyRequests("Too many requests: too many links from your network", retryAfterSeconds);
  await enqueueJob<typeof passwordResetMailer>(ctx.db, {
    name: "password_reset_mailer",
    args: { email, nonce: newNonce() },
  });
  workerWaker.run(ctx);
}

/** Returns the account whose password a link resets, or undefined if the link is invalid. */
export async function inspectLink(ctx: Context, { secret }: { secret: string }) {
  const secretSha256 = hashSecret(secret);
  const code = secretSha256 && (await findVerificationCode(ctx.db, secretSha256));
  return code?.kind === "password-reset" && code.accountId !== null
    ? { id: code.id, email: code.email, accountId: code.accountId }
    : undefined;
}

/**
 * Changes the password by a link, once, and logs the browser in. Ends all other logins, invalidates other links, and
 * notifies the owner by mail.
 *
 * @returns undefined if the link is invalid
 */
export async function run(
  ctx: Context,
  { secret, password }: { secret: string; password: string },
): Promise<SignedIn | undefined> {
  const code = await inspectLink(ctx, { secret });
  if (code === undefined) return undefined;
  const { accountId } = code;
  const passwordHash = await hashPassword(password);
  const isUsed = await ctx.db.once.transaction(async (tx) => {
    if (!(await deleteVerificationCode(tx, code.id))) return false;
    await setPasswordHash(tx, { accountId, passwordHash });
    await deleteLogins(tx, { accountId, exceptId: undefined });
    await deleteVerificationCodes(tx, accountId);
    await enqueueJob<typeof noticeMailer>(tx, {
      name: "notice_mailer",
      args: { email: code.email, newEmail: undefined },
    });
    return true;
  });
  if (!isUsed) return undefined;
  workerWaker.run(ctx);
  ctx.log.info("Password reset", { account_id: accountId });
  return signIn(ctx, { accountId, passwordHash });
}
