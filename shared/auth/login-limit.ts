import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { type RateLimit, refundRateLimit, takeRateLimit } from "../db/take-rate-limit.ts";
import { tooManyRequests } from "../errors.ts";
import { isKnownAddress } from "../http/client-address.ts";
import { networkOf } from "../http/network.ts";

const WINDOW_SECONDS = 15 * 60;
const DAY_SECONDS = 86_400;
// Enough for who has forgotten which password it was.
const PER_SOURCE = { max: 10, windowSeconds: WINDOW_SECONDS };
// Behind one address there may be a school.
const PER_NETWORK = { kind: "login-network", max: 50, windowSeconds: WINDOW_SECONDS };
// 36 500 guesses a year: hopeless, since the commonest passwords are refused when they are chosen.
const PER_DAY = { max: 100, windowSeconds: DAY_SECONDS };

/** Whose password it is: of an address, known or not; of the account whose own browser asks; or the one chosen at a sign-up. */
type Whose = { email: string } | { accountId: number } | { verificationCodeId: number };
type Limit = RateLimit & { subject: string };

/**
 * Checks whether somebody knows a password. The attempt is counted before, so that no number of attempts at once gets past
 * the limit, and taken off again where it was right, or could not be checked. What is counted for tells nobody.
 *
 * A browser that was logged in to the account before is counted for itself alone, and so is who is logged in: nobody else's
 * wrong passwords keep them out. Others are counted for their network, for the account and their network, and for the
 * account.
 *
 * @throws UserError 429 after ten failures in 15 minutes, or a hundred a day; whatever `check` throws
 */
export async function checkWithinLimit<T extends { isRight: boolean }>(
  ctx: Context,
  whose: Whose,
  check: () => Promise<T>,
): Promise<T> {
  const taken: Limit[] = [];
  const giveBack = async () => {
    for (const limit of taken) await refundRateLimit(ctx.detachedDb, limit);
  };

  for (const limit of await limitsOf(ctx, whose)) {
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
  if (checked.isRight) await giveBack();
  return checked;
}

async function limitsOf(ctx: Context, whose: Whose): Promise<Limit[]> {
  const { browserSha256, credential, address } = ctx.caller;
  if ("accountId" in whose) return limitsOfOne("login", { ...whose, loginId: credential?.id });
  if ("email" in whose && browserSha256 !== undefined) {
    const isKnown = await findKnownBrowser(ctx.db, { email: whose.email, browserSha256 });
    if (isKnown) return limitsOfOne("browser", { ...whose, browser: browserSha256.toString("hex") });
  }
  // Without a known address there is no network that they could be counted for.
  const network = isKnownAddress(address, ctx.config) ? networkOf(address) : "";
  return [
    ...(network === "" ? [] : [{ ...PER_NETWORK, subject: network }]),
    ...(network === "" ? [] : [{ kind: "login-account", ...PER_SOURCE, subject: digestOf({ ...whose, network }) }]),
    { kind: "login-account-day", ...PER_DAY, subject: digestOf(whose) },
  ];
}

/** Of one browser, which alone is kept out by them. */
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

/** True if a browser was logged in to the account of an e-mail address, since its password was last changed. */
export async function findKnownBrowser(db: Database, { email, browserSha256 }: Params): Promise<boolean> {
  const rows = await db.repeatable.execute(sql`
    select from account_browser k join account a on a.id = k.account_id
    where k.browser_sha256 = ${browserSha256}::bytea and lower(a.email) = lower(${email}::text)`);
  return rows.length > 0;
}
