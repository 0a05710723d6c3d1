import { createHash } from "node:crypto";
import type { Context } from "../../context.ts";
import { type RateLimit, refundRateLimit, takeRateLimit } from "../../db/take-rate-limit.ts";
import { isMailOff } from "../../mail/is-mail-off.ts";

/** Within a tick's grace of 35 s for what is in hand at its end. */
export const MAIL_TIMEOUT_MS = 30_000;

// Anybody may have a mail sent to any address. Enough for who mistypes and asks again; no flood for who never asked.
const MAILS_PER_ADDRESS: RateLimit = { kind: "mail", max: 5, windowSeconds: 3_600 };

/**
 * Sends a mail to an address, where there is a way to send one and the address has not had its share for now. What fails
 * does not count, so that it can be tried again.
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
    ctx.log.info("Mail not sent", { reason: "the address has had enough of them" });
    return;
  }
  try {
    await send();
  } catch (error) {
    await refundRateLimit(ctx.db, limit);
    throw error;
  }
}
