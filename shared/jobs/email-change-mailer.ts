import { linkSecretOf } from "../auth/link-secret.ts";
import { readFields, readId, readText } from "../http/read-fields.ts";
import { emailTakenMail, newEmailMail, oldEmailMail } from "../mail/mails.ts";
import { deleteVerificationCode } from "../sql/delete-verification-code.ts";
import { findEmailChange } from "../sql/find-email-change.ts";
import { mintVerificationSecret } from "../sql/mint-verification-secret.ts";
import { job } from "./job.ts";
import { MAIL_TIMEOUT_MS, sendWithinLimit } from "./mail-limit.ts";
import { sendLetter } from "./send-letter.ts";

/**
 * Mails the link of one end of a change of address. If the new address has an account by now, its owner alone learns that,
 * by mail. If the old address is one that its server refuses for good, the new one's link is enough.
 */
export const emailChangeMailer = job({
  timeoutMs: MAIL_TIMEOUT_MS,
  // When its code has expired it is done; three days are more than it lasts.
  retry: { forMs: 3 * 24 * 3_600_000, maxDelayMs: 3_600_000 },
  parse(args) {
    const fields = readFields(args);
    return { verificationCodeId: readId(fields, "verificationCodeId"), nonce: readText(fields, "nonce") };
  },
  async run(ctx, { verificationCodeId: id, nonce }) {
    const { publicUrl } = ctx.config;
    const change = await findEmailChange(ctx.db, id);
    if (change === undefined) {
      ctx.log.info("Mail not sent", { reason: "the code is gone or has expired" });
      return;
    }
    const { kind, oldEmail, newEmail, isTaken } = change;
    const to = kind === "new-email" ? newEmail : oldEmail;
    if (isTaken && kind === "new-email") {
      const letter = emailTakenMail({ publicUrl });
      await sendWithinLimit(ctx, { to, send: () => sendLetter(ctx, { to, nonce, letter }) });
      return;
    }
    await sendWithinLimit(ctx, {
      to,
      // Whoever uses up the other mails' limit must not keep the owner from being told.
      ...(kind === "old-email" ? { limit: OLD_EMAILS } : {}),
      async send() {
        const { secret, sha256 } = linkSecretOf(ctx.config, nonce);
        const expiresAt = await mintVerificationSecret(ctx.db, { id, secretSha256: sha256 });
        // Gone between the two statements.
        if (expiresAt === undefined) return;
        const code = { publicUrl, secret, expiresAt };
        const letter = kind === "new-email" ? newEmailMail(code) : oldEmailMail({ ...code, newEmail });
        const isReachable = await sendLetter(ctx, { to, nonce, letter });
        if (!isReachable && kind === "old-email") await deleteVerificationCode(ctx.db, id);
      },
    });
  },
});

// More than the changes that an account may begin, so that each is told.
const OLD_EMAILS = { kind: "old-email-mail", max: 20, windowSeconds: 3_600 };
