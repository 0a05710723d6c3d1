import { linkSecretOf } from "../../auth/link-secret.ts";
import { job } from "../../jobs/job.ts";
import { readFields, readId, readText } from "../../json.ts";
import { findAccountByEmail } from "../find-account.ts";
import { insertLinkCode } from "./insert-link-code.ts";
import { MAIL_TIMEOUT_MS, sendWithinLimit } from "./mail-limit.ts";
import { passwordResetMail } from "./mails.ts";
import { mintVerificationSecret } from "./mint-verification-secret.ts";
import { nonceOf, sendLetter } from "./send-letter.ts";

// The user has just asked for it. Shorter than for a new account, because a link found later would open an account with
// data.
const LINK_MINUTES = 60;

/** `verificationCodeId` is stored by the first attempt. */
type Args = { email: string; nonce?: string | undefined; verificationCodeId?: number | undefined };

/**
 * Mails a password reset link to an address that has an account, and nothing to any other. The link's lifetime starts
 * with the first attempt, whenever it is sent. A link that was used is not sent again.
 */
export const passwordResetMailer = job({
  name: "password_reset_mailer",
  timeoutMs: MAIL_TIMEOUT_MS,
  // An expired link ends the job; the day is for a job that fails before it has a link.
  retry: { forMs: 24 * 3_600_000, maxDelayMs: 5 * 60_000 },
  parse(args): Args {
    const fields = readFields(args);
    return {
      email: readText(fields, "email"),
      nonce: fields.nonce === undefined ? undefined : readText(fields, "nonce"),
      verificationCodeId: fields.verificationCodeId === undefined ? undefined : readId(fields, "verificationCodeId"),
    };
  },
  async run(ctx, args) {
    const { publicUrl } = ctx.config;
    const found = await findAccountByEmail(ctx.db, args.email);
    if (found === undefined || found.email === null) {
      ctx.log.info("Mail not sent", { reason: "no account has the address" });
      return;
    }
    // As its owner wrote it, which may differ in case from the request.
    const { id: accountId, email: to } = found;
    const nonce = nonceOf(ctx, args.nonce);
    await sendWithinLimit(ctx, {
      to,
      async send() {
        const id =
          args.verificationCodeId ??
          (await insertLinkCode(ctx.db, { ...ctx.job, kind: "password-reset", accountId, minutes: LINK_MINUTES }));
        const { secret, sha256 } = linkSecretOf(ctx.config, nonce);
        const expiresAt = id && (await mintVerificationSecret(ctx.db, { id, secretSha256: sha256 }));
        if (!expiresAt) {
          ctx.log.info("Mail not sent", { reason: "its link was used or has expired" });
          return;
        }
        await sendLetter(ctx, { to, nonce, letter: passwordResetMail({ publicUrl, secret, expiresAt }) });
      },
    });
  },
});
