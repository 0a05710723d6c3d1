import { and, eq, isNull } from "drizzle-orm";
import { checkWithinLimit } from "../auth/login-limit.ts";
import { hashPassword, verifyPassword } from "../auth/password.ts";
import { hashSecret } from "../auth/secret.ts";
import type { Context } from "../context.ts";
import { errorCodeOf } from "../db/failure.ts";
import type { Database } from "../db/pool.ts";
import { account } from "../db/schema.ts";
import { deleteVerificationCode, deleteVerificationCodes } from "./delete-verification-code.ts";
import { findVerificationCode, type VerificationCode } from "./find-verification-code.ts";
import { insertPermanentAccount } from "./insert-account.ts";
import { type SignedIn, signIn } from "./sign-in.ts";

/**
 * An opened link, and what its page must ask for: the chosen password if it is opened in another browser, or a new one.
 */
export type OpenedLink = { email: string; asksFor: "nothing" | "password" | "new-password" };
export type Verified =
  | { kind: "verified"; signedIn: SignedIn }
  | { kind: "wrong-password" }
  /** The link does not exist, has expired or was used, or the address has an account by now. */
  | { kind: "void" };

/** Returns what a link's page must ask for, or undefined if the link is invalid. */
export async function inspectLink(ctx: Context, { secret }: { secret: string }): Promise<OpenedLink | undefined> {
  const code = await find(ctx, secret);
  if (code === undefined) return undefined;
  if (code.kind === "invite") return { email: code.email, asksFor: "new-password" };
  // A sign-up with someone else's address must not become an account when that person clicks the link.
  return { email: code.email, asksFor: code.accountId === ctx.caller.account?.id ? "nothing" : "password" };
}

/**
 * Confirms an email address by the link that was mailed to it, and logs the browser in. A sign-up makes its account
 * permanent, with all it holds. An invitation makes the browser's ephemeral account permanent, or a new one.
 *
 * @param params `password`: the one chosen at sign-up, or the one chosen now for an invitation; not needed in the
 * browser that signed up
 * @throws UserError 429 after too many wrong passwords
 */
export async function run(ctx: Context, { secret, password }: { secret: string; password: string }): Promise<Verified> {
  const code = await find(ctx, secret);
  if (code === undefined) return { kind: "void" };
  const passwordHash = code.passwordHash ?? (await hashPassword(password));
  if (code.kind === "sign-up" && code.accountId !== ctx.caller.account?.id) {
    const owner = { verificationCodeId: code.id };
    const { isCorrect } = await checkWithinLimit(ctx, owner, () => verifyPassword(password, passwordHash));
    if (!isCorrect) return { kind: "wrong-password" };
  }
  const accountId = await settle(ctx, { code, passwordHash });
  if (accountId === undefined) return { kind: "void" };
  ctx.log.info("Email address confirmed", { account_id: accountId });
  // Also in the browser that signed up: a person who has its old cookie must not get into the permanent account.
  const signedIn = await signIn(ctx, { accountId, passwordHash });
  return signedIn === undefined ? { kind: "void" } : { kind: "verified", signedIn };
}

async function find(ctx: Context, secret: string): Promise<VerificationCode | undefined> {
  const secretSha256 = hashSecret(secret);
  const code = secretSha256 && (await findVerificationCode(ctx.db, secretSha256));
  if (code?.kind !== "sign-up" && code?.kind !== "invite") return undefined;
  return ctx.config.signup === "closed" ? undefined : code;
}

/** Uses up the code and makes its account permanent, or does neither. */
async function settle(
  ctx: Context,
  { code, passwordHash }: { code: VerificationCode; passwordHash: string },
): Promise<number | undefined> {
  const { id, email } = code;
  const caller = ctx.caller.account;
  const accountId = code.accountId ?? (caller?.email === null ? caller.id : undefined);
  try {
    return await ctx.db.once.transaction(async (tx) => {
      if (!(await deleteVerificationCode(tx, id))) return undefined;
      const isMade = accountId !== undefined && (await makePermanent(tx, { accountId, email, passwordHash }));
      if (isMade) return accountId;
      return code.kind === "invite" ? insertPermanentAccount(tx, { email, passwordHash }) : undefined;
    });
  } catch (error) {
    // unique_violation: the address belongs to another account by now.
    if (errorCodeOf(error) === "23505") return undefined;
    throw error;
  }
}

type Owner = { email: string; passwordHash: string };

/**
 * Makes an ephemeral account permanent, with an email address, and invalidates its other links. @returns false if it is
 * permanent already, or gone
 */
async function makePermanent(
  db: Database,
  { accountId, email, passwordHash }: Owner & { accountId: number },
): Promise<boolean> {
  const rows = await db.once
    .update(account)
    .set({ email, passwordHash })
    .where(and(eq(account.id, accountId), isNull(account.email)))
    .returning({ id: account.id });
  await deleteVerificationCodes(db, accountId);
  return rows.length > 0;
}
