import { createHash } from "node:crypto";
import type { Context } from "../../context.ts";
import { type RateLimit, refundRateLimit, takeRateLimit } from "../../db/take-rate-limit.ts";
import { isMailOff } from "../../mail/is-mail-off.ts";

/** Less than the 35 s that a tick waits for work in flight. */
export const MAIL_TIMEOUT_MS = 30_000;

// Anyone can make us send mail to any address. Enough for a user who mistypes and tries again; not enough to flood a
// stranger.
const MAILS_PER_ADDRESS: RateLimit = { kind: "mail", max: 5, windowSeconds: 3_600 };

/**
 * Calls `send` unless mail is off or the address has reached its limit. A failure does not count, so that it can be
 * retried.
 */
export async function sendWithinLimit(
  ctx: Context,
  { to, send, limit: rate = MAILS_PER_ADDRESS }: { to: string; send(): Promise<unknown>; limit?: RateLimit },
): Promise<void> {
  if (isMailOff(ctx.config)) {
    ctx.log.warn("Mail is off: SMTP_URL is not set");
    return;
  }
  const limit = { ...rate, subject: createHash("sha256").update(to.toLowerCase()).digest("hex") };
  const { isAllowed } = await takeRateLimit(ctx.db, limit);
  if (!isAllowed) {
    ctx.log.info("Mail not sent", { reason: "too many mails to the address" });
    return;
  }
  try {
    await send();
  } catch (error) {
    await refundRateLimit(ctx.db, limit);
    throw error;
  }
}
