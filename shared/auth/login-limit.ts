import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { networkOf } from "../address.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { type RateLimit, refundRateLimit, takeRateLimit } from "../db/take-rate-limit.ts";
import { tooManyRequests } from "../errors.ts";
import { isKnownAddress } from "../http/client-address.ts";

const WINDOW_SECONDS = 15 * 60;
const DAY_SECONDS = 86_400;
// Enough for a user who has to try several old passwords.
const PER_SOURCE = { max: 10, windowSeconds: WINDOW_SECONDS };
// A whole school may share one address.
const PER_NETWORK = { kind: "login-network", max: 50, windowSeconds: WINDOW_SECONDS };
// 36,500 guesses a year. Too few to guess a password, since the most common ones are refused at sign-up.
const PER_DAY = { max: 100, windowSeconds: DAY_SECONDS };

/**
 * The password's owner: an email address, with an account or not; the account of a logged-in browser; or a
 * pending sign-up.
 */
type PasswordOwner = { email: string } | { accountId: number } | { verificationCodeId: number };
type Limit = RateLimit & { subject: string };

/**
 * Runs `check`, which verifies a password, within the limits on failed logins. Each attempt is counted before the
 * check, so that parallel attempts cannot exceed a limit, and given back if the password was correct or could not be
 * checked. Subjects are stored as digests.
 *
 * A browser that was logged in to the account before has a count of its own, and so has a logged-in caller: nobody
 * else's wrong passwords lock them out. Other attempts count against their network, against the account from that
 * network, and against the account as a whole.
 *
 * @throws UserError 429 after ten failures in 15 minutes (50 for a network) or a hundred in a day; whatever `check`
 * throws
 */
export async function checkWithinLimit<T extends { isCorrect: boolean }>(
  ctx: Context,
  owner: PasswordOwner,
  check: () => Promise<T>,
): Promise<T> {
  const taken: Limit[] = [];
  const giveBack = async () => {
    for (const limit of taken) await refundRateLimit(ctx.detachedDb, limit);
  };

  for (const limit of await limitsOf(ctx, owner)) {
    const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limit);
    if (!isAllowed) {
      await giveBack();
      throw tooManyRequests("Too many requests: too many failed logins", retryAfterSeconds);
    }
    taken.push(limit);
  }
  const checked = await check().catch(async (error: unknown) => {
    await giveBack();
    throw error;
  });
  if (checked.isCorrect) await giveBack();
  return checked;
}

async function limitsOf(ctx: Context, owner: PasswordOwner): Promise<Limit[]> {
  const { browserSha256, credential, address } = ctx.caller;
  if ("accountId" in owner) return limitsOfOne("login", { ...owner, loginId: credential?.id });
  if ("email" in owner && browserSha256 !== undefined) {
    const isKnown = await findKnownBrowser(ctx.db, { email: owner.email, browserSha256 });
    if (isKnown) return limitsOfOne("browser", { ...owner, browser: browserSha256.toString("hex") });
  }
  // With an unknown address there is no network to count.
  const network = isKnownAddress(address, ctx.config) ? networkOf(address) : "";
  return [
    ...(network === "" ? [] : [{ ...PER_NETWORK, subject: network }]),
    ...(network === "" ? [] : [{ kind: "login-account", ...PER_SOURCE, subject: digestOf({ ...owner, network }) }]),
    { kind: "login-account-day", ...PER_DAY, subject: digestOf(owner) },
  ];
}

/** Limits on a single browser or login; reaching them locks out nobody else. */
function limitsOfOne(name: string, who: object): Limit[] {
  const subject = digestOf(who);
  return [
    { kind: `login-${name}`, ...PER_SOURCE, subject },
    { kind: `login-${name}-day`, ...PER_DAY, subject },
  ];
}

function digestOf(subject: object): string {
  return createHash("sha256").update(JSON.stringify(subject).toLowerCase()).digest("hex");
}

type Params = { email: string; browserSha256: Buffer };

/** True if a browser was logged in to the account of this email address since the last change of its password. */
export async function findKnownBrowser(db: Database, { email, browserSha256 }: Params): Promise<boolean> {
  const rows = await db.repeatable.execute(sql`
    select from account_browser k join account a on a.id = k.account_id
    where k.browser_sha256 = ${browserSha256}::bytea and lower(a.email) = lower(${email}::text)`);
  return rows.length > 0;
}
