import type { Context } from "../context.ts";
import { UserError, unauthorized } from "../errors.ts";

type Account = NonNullable<Context["caller"]["account"]>;

/**
 * Returns the logged-in account of a browser. API keys are refused: an app must not change how its user logs in.
 * @throws UserError 401
 */
export function requireLogin({ caller }: Pick<Context, "caller">): Account & { loginId: number } {
  const { account, credential } = caller;
  if (account === undefined || credential?.kind !== "login") throw unauthorized();
  return { ...account, loginId: credential.id };
}

/** Like `requireLogin`, for an account with an email address and a password. @throws UserError 401, 403 */
export function requirePermanentLogin(ctx: Pick<Context, "caller">): { id: number; email: string; loginId: number } {
  const { email, ...login } = requireLogin(ctx);
  if (email === null) throw new UserError(403, "Forbidden: sign up first, so that the account has an email address");
  return { ...login, email };
}
