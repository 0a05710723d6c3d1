import type { Context } from "../context.ts";
import { tooManyRequests, unauthorized } from "../errors.ts";
import { deleteLogin } from "../sql/delete-logins.ts";
import { enqueueJob } from "../sql/enqueue-job.ts";
import { insertEphemeralAccount } from "../sql/insert-account.ts";
import { insertLogin } from "../sql/insert-login.ts";
import { mergeAccounts } from "../sql/merge-accounts.ts";
import { takeRateLimit } from "../sql/take-rate-limit.ts";
import { isBot } from "./bots.ts";
import { limitByAddress } from "./limit-by-address.ts";
import { newSecret } from "./secret.ts";
import { LOGIN_DAYS, sessionCookie } from "./session-cookie.ts";

/** An account, and the Set-Cookie by which the browser is known as its from now on; none where it was before. */
export type SignedIn = { accountId: number; setCookie: string | undefined };

// A school's network may have dozens of new listeners in an hour; a program would have thousands.
const NEW_ACCOUNTS = { kind: "account", max: 60, windowSeconds: 3_600 };

/**
 * Logs the browser that asks in to an account, under a new secret: its login before that ends. What an ephemeral account
 * of the browser's holds is the other's from now on; of thousands of episodes, the most soon after.
 *
 * @param params `passwordHash`: of the password that was shown to be known
 * @returns undefined where the account has another password by now, or is gone
 */
export async function signIn(
  ctx: Context,
  { accountId, passwordHash }: { accountId: number; passwordHash: string },
): Promise<SignedIn | undefined> {
  const { account, credential, address, userAgent } = ctx.caller;
  const { secret, sha256 } = newSecret();
  const login = { accountId, passwordHash, secretSha256: sha256, userAgent, address, days: LOGIN_DAYS };
  if (!(await insertLogin(ctx.db, login))) return undefined;
  if (account !== undefined && credential?.kind === "login") {
    if (account.email === null && account.id !== accountId) {
      await merge(ctx, { fromId: account.id, intoId: accountId });
    } else await deleteLogin(ctx.db, { id: credential.id, accountId: account.id });
  }
  return { accountId, setCookie: sessionCookie(secret, ctx) };
}

/** Merges what takes a moment, and leaves the rest to a job of the next tick: nobody waits for a large account's login. */
async function merge(ctx: Context, accounts: { fromId: number; intoId: number }): Promise<void> {
  await ctx.db.repeatable.transaction(async (tx) => {
    const { isDone } = await mergeAccounts(tx, accounts);
    if (!isDone) await enqueueJob(tx, { name: "account_merge", args: accounts });
  });
}

/**
 * The account of whoever makes a change: their own, or an ephemeral one that is made for them now, because it is the
 * first. Call it for changes only, never to answer a GET.
 *
 * @throws UserError 401 for a program that came without a key, 429 where too many were made for one network
 */
export async function ensureAccount(ctx: Context): Promise<SignedIn> {
  const { account, address, userAgent } = ctx.caller;
  if (account !== undefined) return { accountId: account.id, setCookie: undefined };
  if (isBot(userAgent)) throw unauthorized();
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limitByAddress(NEW_ACCOUNTS, ctx));
  if (!isAllowed)
    throw tooManyRequests("Too many requests: too many new accounts from your network", retryAfterSeconds);
  const { secret, sha256 } = newSecret();
  const accountId = await insertEphemeralAccount(ctx.db, {
    secretSha256: sha256,
    userAgent,
    address,
    days: LOGIN_DAYS,
  });
  ctx.log.info("Ephemeral account made", { account_id: accountId });
  return { accountId, setCookie: sessionCookie(secret, ctx) };
}
