import { hashPassword } from "../auth/password.ts";
import { newSecret } from "../auth/secret.ts";
import type { Context } from "../context.ts";
import { errorCodeOf } from "../db/failure.ts";
import { badParameter, UserError } from "../errors.ts";
import { emailFault, passwordFault } from "./credentials.ts";
import { findAccountByEmail } from "./find-account.ts";
import { insertPermanentAccount } from "./insert-account.ts";
import { insertVerificationCode } from "./insert-verification-code.ts";

/** The account that was made; or the link by which the address's owner makes it, or changes the password of the one there is. */
export type AddResult = { email: string; accountId?: number; link?: string; expiresInHours?: number };

// The operator passes it on by hand.
const LINK_HOURS = 7 * 24;

/**
 * Makes a permanent account with a password; without one a link to pass on, by which its reader chooses it. For an
 * address that has an account that link changes its password: what an operator does for who has forgotten it.
 *
 * @throws UserError 400 for what is no e-mail address or password; 409 where the address has an account, and a password
 *   was given; 422 for a link where PODCORE_SIGNUP is closed
 */
export async function run(
  ctx: Context,
  { email, password }: { email: string; password: string | undefined },
): Promise<AddResult> {
  const fault = emailFault(email);
  if (fault !== undefined) throw badParameter("email", `${fault} "${email.slice(0, 300)}"`);
  return password === undefined ? makeLink(ctx, email) : makeAccount(ctx, { email, password });
}

async function makeAccount(ctx: Context, { email, password }: { email: string; password: string }): Promise<AddResult> {
  const fault = passwordFault({ password, confirmation: password });
  if (fault !== undefined) throw badParameter("password", fault);
  const passwordHash = await hashPassword(password);
  try {
    const accountId = await insertPermanentAccount(ctx.db, { email, passwordHash });
    ctx.log.info("Account added", { account_id: accountId });
    return { email, accountId };
  } catch (error) {
    if (errorCodeOf(error) === "23505") throw new UserError(409, `Cannot add account: "${email}" has one already`);
    throw error;
  }
}

async function makeLink(ctx: Context, email: string): Promise<AddResult> {
  const known = await findAccountByEmail(ctx.db, email);
  if (known === undefined && ctx.config.signup === "closed") {
    throw new UserError(422, `Cannot invite "${email}": PODCORE_SIGNUP is "closed", so give a password`);
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
