import { linkSecretOf } from "../../auth/link-secret.ts";
import { job } from "../../jobs/job.ts";
import { readFields, readId, readText } from "../../json.ts";
import { findAccountByEmail } from "../find-account.ts";
import { insertLinkCode } from "./insert-link-code.ts";
import { MAIL_TIMEOUT_MS, sendWithinLimit } from "./mail-limit.ts";
import { passwordResetMail } from "./mails.ts";
import { mintVerificationSecret } from "./mint-verification-secret.ts";
import { nonceOf, sendLetter } from "./send-letter.ts";

// Its reader has just asked for it. Shorter than for a new account: who finds it later opens one that holds something.
const LINK_MINUTES = 60;

/** `verificationCodeId`: stored by the first attempt. */
type Args = { email: string; nonce?: string | undefined; verificationCodeId?: number | undefined };

/**
 * Mails the owner of the account with this address a link to choose a new password; to any other address goes nothing.
 * The link lasts from the first attempt on, whenever it is sent, and there is nothing to be sent once it was used.
 */
export const passwordResetMailer = job({
  name: "password_reset_mailer",
  timeoutMs: MAIL_TIMEOUT_MS,
  // When its link has expired it is done; a day is for one that fails before it has a link.
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
    // As its owner wrote it; what was asked for may be written otherwise.
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
