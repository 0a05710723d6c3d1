import { takeLoginAttempt } from "../auth/login-limit.ts";
import { hashPassword, verifyPassword } from "../auth/password.ts";
import type { Context } from "../context.ts";
import { deleteLogins } from "../sql/delete-logins.ts";
import { findAccount } from "../sql/find-account.ts";
import { setPasswordHash } from "../sql/set-password-hash.ts";

type Params = { accountId: number; currentPassword: string; password: string };

/**
 * Changes an account's password and ends all its logins but the one that asks.
 *
 * @returns false where `currentPassword` is not the account's
 * @throws UserError 429 after too many wrong ones
 */
export async function run(ctx: Context, { accountId, currentPassword, password }: Params): Promise<boolean> {
  if (!(await isPassword(ctx, { accountId, password: currentPassword }))) return false;
  const passwordHash = await hashPassword(password);
  const { credential } = ctx.caller;
  await ctx.db.transaction(async (tx) => {
    await setPasswordHash(tx, { accountId, passwordHash });
    await deleteLogins(tx, { accountId, exceptId: credential?.kind === "login" ? credential.id : undefined });
  });
  ctx.log.info("Password changed", { account_id: accountId });
  return true;
}

/** Whether it is the password of a permanent account, which whoever sits at its owner's browser need not know. @throws UserError 429 */
export async function isPassword(
  ctx: Context,
  { accountId, password }: { accountId: number; password: string },
): Promise<boolean> {
  const account = await findAccount(ctx.db, accountId);
  const attempt = await takeLoginAttempt(ctx, account?.email ?? `account ${accountId}`);
  const { isRight } = await verifyPassword(password, account?.passwordHash);
  if (isRight) await attempt.giveBack();
  return isRight;
}
