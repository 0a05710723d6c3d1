import { createHash } from "node:crypto";
import type { Context } from "../context.ts";
import { tooManyRequests } from "../errors.ts";
import { giveBackRateLimit, type RateLimit, takeRateLimit } from "../sql/take-rate-limit.ts";
import { isKnownAddress } from "./client-address.ts";
import { networkOf } from "./network.ts";

const WINDOW_SECONDS = 15 * 60;
const PER_ACCOUNT: RateLimit = { kind: "login-account", max: 10, windowSeconds: WINDOW_SECONDS };
// Behind one address there may be a school; across many, a password list meets the limit of each account.
const PER_NETWORK: RateLimit = { kind: "login-network", max: 50, windowSeconds: WINDOW_SECONDS };

/** Whose password it is: of an address, known or not; of the account whose own browser asks; or the one chosen at a sign-up. */
type Whose = { email: string } | { accountId: number } | { verificationCodeId: number };

/**
 * Checks whether somebody knows a password. The attempt is counted before, so that no number of attempts at once gets past
 * the limit, and taken off again where it was right, or could not be checked. What is counted for tells nobody.
 *
 * @throws UserError 429 after ten failures for whose it is, or fifty of the client's network, in 15 minutes; whatever `check` throws
 */
export async function checkWithinLimit<T extends { isRight: boolean }>(
  ctx: Context,
  whose: Whose,
  check: () => Promise<T>,
): Promise<T> {
  const subject = createHash("sha256").update(JSON.stringify(whose).toLowerCase()).digest("hex");
  // Who is logged in is counted apart: nobody's failures elsewhere keep the owner from what the password protects.
  const isLoggedIn = "accountId" in whose;
  // Unknown addresses have no network to count for: one guesser would lock everybody out.
  const { address } = ctx.caller;
  const hasNetwork = !isLoggedIn && isKnownAddress(address, ctx.config);
  const limits = [
    ...(hasNetwork ? [{ ...PER_NETWORK, subject: networkOf(address) }] : []),
    { ...PER_ACCOUNT, subject },
  ];
  const giveBack = async () => {
    for (const limit of limits) await giveBackRateLimit(ctx.db, limit);
  };

  for (const limit of limits) {
    const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limit);
    if (!isAllowed) throw tooManyRequests("Too many requests: too many failed logins", retryAfterSeconds);
  }
  const checked = await check().catch(async (error: unknown) => {
    await giveBack();
    throw error;
  });
  if (checked.isRight) await giveBack();
  return checked;
}
