import { checkWithinLimit } from "../auth/login-limit.ts";
import { hashPassword, verifyPassword } from "../auth/password.ts";
import type { Context } from "../context.ts";
import { findAccountByEmail } from "./find-account.ts";
import { setPasswordHash } from "./set-password-hash.ts";
import { type SignedIn, signIn } from "./sign-in.ts";

/**
 * Logs in with email address and password. Neither the answer nor its timing reveals whether the address is known or
 * which of the two is wrong. A hash with outdated parameters is replaced.
 *
 * @returns undefined if they do not match
 * @throws UserError 429 after too many failures
 */
export async function run(
  ctx: Context,
  { email, password }: { email: string; password: string },
): Promise<SignedIn | undefined> {
  const account = await findAccountByEmail(ctx.db, email);
  const stored = account?.passwordHash ?? undefined;
  const { isCorrect, isOutdated } = await checkWithinLimit(ctx, { email }, () => verifyPassword(password, stored));
  const signedIn =
    isCorrect && account && stored ? await signIn(ctx, { accountId: account.id, passwordHash: stored }) : undefined;
  if (signedIn === undefined) {
    ctx.log.info("Login refused");
    return undefined;
  }
  const { accountId } = signedIn;
  if (isOutdated && stored !== undefined) {
    await setPasswordHash(ctx.db, { accountId, passwordHash: await hashPassword(password), from: stored });
  }
  ctx.log.info("Logged in", { account_id: accountId });
  return signedIn;
}
