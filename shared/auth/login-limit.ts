import { createHash } from "node:crypto";
import type { Context } from "../context.ts";
import { tooManyRequests } from "../errors.ts";
import { giveBackRateLimit, type RateLimit, takeRateLimit } from "../sql/take-rate-limit.ts";
import { networkOf } from "./network.ts";

const WINDOW_SECONDS = 15 * 60;
const PER_ACCOUNT: RateLimit = { kind: "login-account", max: 10, windowSeconds: WINDOW_SECONDS };
// Behind one address there may be a school; across many, a password list meets the limit of each account.
const PER_NETWORK: RateLimit = { kind: "login-network", max: 50, windowSeconds: WINDOW_SECONDS };

/**
 * Counts an attempt to log in, or to show that one knows a password, before it is checked: no number of attempts at once
 * gets past the limit. `subject` is whose password it is, known or not; what is counted for tells nobody.
 *
 * @returns what takes the attempt off again, for one that was right
 * @throws UserError 429 after ten failures for the subject, or fifty of the client's network, in 15 minutes
 */
export async function takeLoginAttempt(ctx: Context, subject: string): Promise<{ giveBack(): Promise<void> }> {
  const limits = [
    { ...PER_NETWORK, subject: networkOf(ctx.caller.address) },
    { ...PER_ACCOUNT, subject: createHash("sha256").update(subject.toLowerCase()).digest("hex") },
  ];
  for (const limit of limits) {
    const { isAllowed, retryAfterSeconds } = await takeRateLimit(ctx.db, limit);
    if (!isAllowed) throw tooManyRequests("Too many requests: too many failed logins", retryAfterSeconds);
  }
  return {
    giveBack: async () => {
      for (const limit of limits) await giveBackRateLimit(ctx.db, limit);
    },
  };
}
