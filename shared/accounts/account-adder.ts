import { hashPassword } from "../auth/password.ts";
import { newSecret } from "../auth/secret.ts";
import type { Context } from "../context.ts";
import { errorCodeOf } from "../db/failure.ts";
import { badParameter, UserError } from "../errors.ts";
import { validateEmail, validatePassword } from "./credentials.ts";
import { findAccountByEmail } from "./find-account.ts";
import { insertPermanentAccount } from "./insert-account.ts";
import { insertVerificationCode } from "./insert-verification-code.ts";

/**
 * The created account, or a link with which the address's owner creates it or resets the existing account's password.
 */
export type AddResult = { email: string; accountId?: number; link?: string; expiresInHours?: number };

// Long, because the operator passes the link on by hand.
const LINK_HOURS = 7 * 24;

/**
 * Creates a permanent account with a password. Without one, returns a link to pass on, with which its recipient chooses
 * the password. If the address has an account already, the link resets that account's password: the way for an operator
 * to help a user who has forgotten it.
 *
 * @throws UserError 400 for an invalid email address or password; 409 if a password was given and the address has an
 * account; 422 for a link if PODCORE_SIGNUP is closed
 */
export async function run(
  ctx: Context,
  { email, password }: { email: string; password: string | undefined },
): Promise<AddResult> {
  const validationError = validateEmail(email);
  if (validationError !== undefined) throw badParameter("email", `${validationError} "${email.slice(0, 300)}"`);
  return password === undefined ? makeLink(ctx, email) : makeAccount(ctx, { email, password });
}

async function makeAccount(ctx: Context, { email, password }: { email: string; password: string }): Promise<AddResult> {
  const validationError = validatePassword({ password, confirmation: password });
  if (validationError !== undefined) throw badParameter("password", validationError);
  const passwordHash = await hashPassword(password);
  try {
    const accountId = await insertPermanentAccount(ctx.db, { email, passwordHash });
    ctx.log.info("Account added", { account_id: accountId });
    return { email, accountId };
  } catch (error) {
    if (errorCodeOf(error) === "23505")
      throw new UserError(409, `Cannot add account: "${email}" has an account already`);
    throw error;
  }
}

async function makeLink(ctx: Context, email: string): Promise<AddResult> {
  const known = await findAccountByEmail(ctx.db, email);
  if (known === undefined && ctx.config.signup === "closed") {
    throw new UserError(422, `Cannot invite "${email}": PODCORE_SIGNUP is "closed"; pass a password instead`);
  }
  const { secret, sha256 } = newSecret();
  const code = { email, hours: LINK_HOURS, secretSha256: sha256 };
  if (known === undefined) await insertVerificationCode(ctx.db, { ...code, kind: "invite" });
  else await insertVerificationCode(ctx.db, { ...code, kind: "password-reset", accountId: known.id });
  const path = known === undefined ? "/verify" : "/password-reset";
  return {
    email,
    ...(known === undefined ? {} : { accountId: known.id }),
    link: `${ctx.config.publicUrl}${path}?code=${secret}`,
    expiresInHours: LINK_HOURS,
  };
}
