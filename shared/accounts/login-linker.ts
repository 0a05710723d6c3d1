import { limitByAddress } from "../auth/limit-by-address.ts";
import { hashSecret, newNonce } from "../auth/secret.ts";
import type { Context } from "../context.ts";
import { takeRateLimit } from "../db/take-rate-limit.ts";
import { tooManyRequests } from "../errors.ts";
import { enqueueJob } from "../jobs/enqueue-job.ts";
import * as workerWaker from "../jobs/worker-waker.ts";
import { deleteVerificationCode } from "./delete-verification-code.ts";
import { findAccount } from "./find-account.ts";
import { findVerificationCode } from "./find-verification-code.ts";
import type { loginLinkMailer } from "./letters/login-link-mailer.ts";
import { type SignedIn, signIn } from "./sign-in.ts";

// Each request may send a mail to an address that the visitor chooses.
const LINKS = { kind: "login-link", max: 20, windowSeconds: 3_600 };

/**
 * Requests a login link by mail, for a new browser while other people's wrong passwords have blocked the account's
 * login. A job looks up whether the address has an account, so that the answer does not reveal it.
 *
 * @throws UserError 429 after twenty from one network in an hour
 */
export async function request(ctx: Context, { email }: { email: string }): Promise<void> {
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limitByAddress(LINKS, ctx));
  if (!isAllowed) throw tooManyRequests("Too many requests: too many links from your network", retryAfterSeconds);
  await enqueueJob<typeof loginLinkMailer>(ctx.db, { name: "login_link_mailer", args: { email, nonce: newNonce() } });
  workerWaker.run(ctx);
}

/** Returns the account that a link logs in to, or undefined if it is invalid. */
export async function inspectLink(ctx: Context, { secret }: { secret: string }) {
  const secretSha256 = hashSecret(secret);
  const code = secretSha256 && (await findVerificationCode(ctx.db, secretSha256));
  return code?.kind === "login" && code.accountId !== null
    ? { id: code.id, email: code.email, accountId: code.accountId }
    : undefined;
}

/** Logs the browser in by a link, once. @returns undefined if the link is invalid */
export async function run(ctx: Context, { secret }: { secret: string }): Promise<SignedIn | undefined> {
  const code = await inspectLink(ctx, { secret });
  if (code === undefined || !(await deleteVerificationCode(ctx.db, code.id))) return undefined;
  const { accountId } = code;
  const passwordHash = (await findAccount(ctx.db, accountId))?.passwordHash ?? undefined;
  if (passwordHash === undefined) return undefined;
  ctx.log.info("Logged in with a link", { account_id: accountId });
  return signIn(ctx, { accountId, passwordHash });
}
