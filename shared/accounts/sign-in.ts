import { sql } from "drizzle-orm";
import { markCookies } from "../auth/confirmation.ts";
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

/** An account and the Set-Cookie values that log the browser in to it; undefined if it was logged in before. */
export type SignedIn = { accountId: number; setCookies: readonly string[] | undefined };

// A school's network may have dozens of new listeners in an hour; a program would create thousands.
const NEW_ACCOUNTS = { kind: "account", max: 60, windowSeconds: 3_600 };

/**
 * Logs the caller's browser in to an account with a new secret, and ends its previous login. Moves the data of the
 * browser's ephemeral account to the account. If there are thousands of episodes, a job moves most of them later.
 *
 * @param params `passwordHash`: the hash that the user's password was checked against
 * @returns undefined if the account is gone or its password was changed in the meantime
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

/** Merges as much as takes a moment, and leaves the rest to a job, so that no login waits for a large account. */
async function merge(ctx: Context, accounts: { fromId: number; intoId: number }): Promise<void> {
  const isDone = await ctx.db.repeatable.transaction(async (tx) => {
    const merged = await mergeAccounts(tx, accounts);
    if (!merged.isDone) await enqueueJob<typeof accountMerge>(tx, { name: "account_merge", args: accounts });
    return merged.isDone;
  });
  if (!isDone) workerWaker.run(ctx);
}

/**
 * Returns the caller's account, or creates an ephemeral one for the caller's first change. Call it for changes only,
 * never when answering a GET.
 *
 * @throws UserError 401 for a program without an API key, 429 if too many accounts were created from the caller's
 * network
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
  ctx.log.info("Ephemeral account created", { account_id: accountId });
  return { accountId, setCookies };
}

/** Makes new secrets for the login and the browser. Both, since another host may know the browser's old one. */
function newCookies(ctx: Context) {
  const [session, browser] = [newSecret(), newSecret()];
  const { config, caller } = ctx;
  const [pair, site] = [{ session: session.secret, browser: browser.secret }, siteOf(ctx)];
  return {
    digests: { secretSha256: session.sha256, browserSha256: browser.sha256 },
    // Nobody else knows these values, so they need no confirmation.
    setCookies: [...sessionCookies(pair, site), ...markCookies({}, { ...caller, config, site, pair })],
  };
}

/** Moves the browser's known-by entries to its new cookie. */
async function keepKnown({ db, caller }: Context, { browserSha256: to }: { browserSha256: Buffer }): Promise<void> {
  if (caller.browserSha256 !== undefined) await replaceKnownBrowser(db, { from: caller.browserSha256, to });
}

/** Makes accounts that know a browser by the cookie `from` know it by its new cookie `to`. */
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

// Substrings of the names of programs, in any case: no account is created for software that fetches pages by itself. The
// package isbot (5.2) also matches podcast apps such as AntennaPod, and takes ten times as long.
// Search engines are not matched by name alone, since their own browsers carry it too; nor are Cubot phones.
const BOT =
  /(?<!\bcu)bots?(?:\b|_)|crawl|spider|slurp|archiver|scrap|fetch|feed|preview|monitor|uptime|pingdom|lighthouse|phantomjs|facebookexternalhit|whatsapp|embedly|mediapartners|apis-google|google-read-aloud|curl\/|wget\/|libwww|python-requests|python-urllib|aiohttp|go-http-client|okhttp|java\/|apache-httpclient|axios\/|node-fetch|undici|ruby\b|perl\b|php\b|scrapy|nutch|semrush|ahrefs|mj12|claude/i;

/** True if a User-Agent belongs to a program without a user, or is missing. */
export function isBot(userAgent: string | undefined): boolean {
  return !userAgent || BOT.test(userAgent);
}
