import { sql } from "drizzle-orm";
import { deleteLogin } from "../auth/delete-logins.ts";
import { LOGIN_DAYS } from "../auth/find-credential.ts";
import { limitByAddress } from "../auth/limit-by-address.ts";
import { newSecret } from "../auth/secret.ts";
import { sessionCookies, siteOf } from "../auth/session-cookie.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { takeRateLimit } from "../db/take-rate-limit.ts";
import { tooManyRequests, unauthorized } from "../errors.ts";
import { enqueueJob } from "../jobs/enqueue-job.ts";
import * as workerWaker from "../jobs/worker-waker.ts";
import type { accountMerge } from "./account-merge.ts";
import { insertEphemeralAccount } from "./insert-account.ts";
import { insertLogin } from "./insert-login.ts";
import { mergeAccounts } from "./merge-accounts.ts";

/** An account, and the Set-Cookies by which the browser is known as its from now on; none where it was before. */
export type SignedIn = { accountId: number; setCookies: readonly string[] | undefined };

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
  const { digests, setCookies } = newCookies(ctx);
  const login = { accountId, passwordHash, ...digests, userAgent, address, days: LOGIN_DAYS };
  if (!(await insertLogin(ctx.db, login))) return undefined;
  await keepKnown(ctx, digests);
  if (account !== undefined && credential?.kind === "login") {
    if (account.email === null && account.id !== accountId) {
      await merge(ctx, { fromId: account.id, intoId: accountId });
    } else await deleteLogin(ctx.db, { id: credential.id, accountId: account.id });
  }
  return { accountId, setCookies };
}

/** Merges what takes a moment, and leaves the rest to a job: nobody waits for a large account's login. */
async function merge(ctx: Context, accounts: { fromId: number; intoId: number }): Promise<void> {
  const isWhole = await ctx.db.repeatable.transaction(async (tx) => {
    const { isDone } = await mergeAccounts(tx, accounts);
    if (!isDone) await enqueueJob<typeof accountMerge>(tx, { name: "account_merge", args: accounts });
    return isDone;
  });
  if (!isWhole) workerWaker.run(ctx);
}

/**
 * The account of whoever makes a change: their own, or an ephemeral one that is made for them now, because it is the
 * first. Call it for changes only, never to answer a GET.
 *
 * @throws UserError 401 for a program that came without a key, 429 where too many were made for one network
 */
export async function ensureAccount(ctx: Context): Promise<SignedIn> {
  const { account, address, userAgent } = ctx.caller;
  if (account !== undefined) return { accountId: account.id, setCookies: undefined };
  if (isBot(userAgent)) throw unauthorized();
  const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limitByAddress(NEW_ACCOUNTS, ctx));
  if (!isAllowed)
    throw tooManyRequests("Too many requests: too many new accounts from your network", retryAfterSeconds);
  const { digests, setCookies } = newCookies(ctx);
  const accountId = await insertEphemeralAccount(ctx.db, { ...digests, userAgent, address, days: LOGIN_DAYS });
  await keepKnown(ctx, digests);
  ctx.log.info("Ephemeral account made", { account_id: accountId });
  return { accountId, setCookies };
}

/** Makes the secrets of a login and of its browser. A new one for that, too: another host may know the one that it sent. */
function newCookies(ctx: Context) {
  const [session, browser] = [newSecret(), newSecret()];
  return {
    digests: { secretSha256: session.sha256, browserSha256: browser.sha256 },
    setCookies: sessionCookies({ session: session.secret, browser: browser.secret }, siteOf(ctx)),
  };
}

/** Has whichever account knows the browser know it by its new cookie. */
async function keepKnown({ db, caller }: Context, { browserSha256: to }: { browserSha256: Buffer }): Promise<void> {
  if (caller.browserSha256 !== undefined) await replaceKnownBrowser(db, { from: caller.browserSha256, to });
}

/** Has the accounts that know a browser by the cookie `from` know it by the cookie `to`, which it gets in its place. */
export async function replaceKnownBrowser(db: Database, { from, to }: { from: Buffer; to: Buffer }): Promise<void> {
  await db.repeatable.execute(sql`
    with doubled as (
      delete from account_browser f using account_browser t
      where f.browser_sha256 = ${from}::bytea and t.browser_sha256 = ${to}::bytea and f.account_id = t.account_id
    )
    update account_browser f set browser_sha256 = ${to}::bytea
    where f.browser_sha256 = ${from}::bytea and not exists (
      select from account_browser t where t.browser_sha256 = ${to}::bytea and t.account_id = f.account_id)`);
}

// As parts of the names that programs go by, in any case. Whatever reads pages by itself gets no account made for it. Not a
// search engine's name alone, which its own browser has as well; nor Cubot's, which makes phones.
const BOT =
  /(?<!\bcu)bots?(?:\b|_)|crawl|spider|slurp|archiver|scrap|fetch|feed|preview|monitor|uptime|pingdom|lighthouse|phantomjs|facebookexternalhit|whatsapp|embedly|mediapartners|apis-google|google-read-aloud|curl\/|wget\/|libwww|python-requests|python-urllib|aiohttp|go-http-client|okhttp|java\/|apache-httpclient|axios\/|node-fetch|undici|ruby\b|perl\b|php\b|scrapy|nutch|semrush|ahrefs|mj12|claude/i;

/** Whether a User-Agent is a program's that nobody sits in front of; so is one that does not say. */
export function isBot(userAgent: string | undefined): boolean {
  return !userAgent || BOT.test(userAgent);
}
