import { limitByAddress } from "../auth/limit-by-address.ts";
import { hashPassword } from "../auth/password.ts";
import { newNonce } from "../auth/secret.ts";
import type { Context } from "../context.ts";
import { takeRateLimit } from "../db/take-rate-limit.ts";
import { tooManyRequests } from "../errors.ts";
import { enqueueJob } from "../jobs/enqueue-job.ts";
import * as workerWaker from "../jobs/worker-waker.ts";
import { insertVerificationCode } from "./insert-verification-code.ts";
import type { verificationMailer } from "./letters/verification-mailer.ts";
import { ensureAccount, type SignedIn } from "./sign-in.ts";

// Each sign-up sends a mail to an address that the visitor chooses, and hashes a password.
const SIGN_UPS = { kind: "sign-up", max: 20, windowSeconds: 3_600 };
// Long enough for mail that is read the next day.
const LINK_HOURS = 48;

/**
 * Starts a sign-up: a job mails a link to the address, and opening it makes the visitor's account, with all it holds,
 * the permanent account of that address. Does not look up whether the address has an account, so that neither the
 * answer nor its timing reveals it; the job does, and then sends a different mail.
 *
 * @throws UserError 401 for a program, 429 after twenty from one network in an hour
 */
export async function run(ctx: Context, { email, password }: { email: string; password: string }): Promise<SignedIn> {
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limitByAddress(SIGN_UPS, ctx));
  if (!isAllowed) throw tooManyRequests("Too many requests: too many sign-ups from your network", retryAfterSeconds);
  const passwordHash = await hashPassword(password);
  const signedIn = await ensureAccount(ctx);
  await ctx.db.once.transaction(async (tx) => {
    const { accountId } = signedIn;
    const id = await insertVerificationCode(tx, { kind: "sign-up", email, hours: LINK_HOURS, accountId, passwordHash });
    await enqueueJob<typeof verificationMailer>(tx, {
      name: "verification_mailer",
      args: { verificationCodeId: id, nonce: newNonce() },
    });
  });
  workerWaker.run(ctx);
  ctx.log.info("Sign-up started", { account_id: signedIn.accountId });
  return signedIn;
}
