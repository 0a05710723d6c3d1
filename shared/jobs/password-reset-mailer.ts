import { newSecret } from "../auth/secret.ts";
import { readFields, readText } from "../http/read-fields.ts";
import { passwordResetMail } from "../mail/mails.ts";
import { sendMail } from "../mail/send-mail.ts";
import { findAccountByEmail } from "../sql/find-account.ts";
import { replacePasswordResetCode } from "../sql/replace-password-reset-code.ts";
import { job } from "./job.ts";
import { MAIL_TIMEOUT_MS, sendWithinLimit } from "./mail-limit.ts";

// Its reader has just asked for it. Shorter than for a new account: who finds it later opens one that holds something.
const LINK_HOURS = 1;

/** Mails the owner of the account with this address a link to choose a new password; to any other address goes nothing. */
export const passwordResetMailer = job({
  timeoutMs: MAIL_TIMEOUT_MS,
  parse: (args) => ({ email: readText(readFields(args), "email") }),
  async run(ctx, { email }) {
    const { publicUrl } = ctx.config;
    const found = await findAccountByEmail(ctx.db, email);
    if (found === undefined || found.email === null) {
      ctx.log.info("Mail not sent", { reason: "no account has the address" });
      return;
    }
    // As its owner wrote it; what was asked for may be written otherwise.
    const { id: accountId, email: to } = found;
    await sendWithinLimit(ctx, {
      to,
      async send() {
        const { secret, sha256 } = newSecret();
        const code = { accountId, secretSha256: sha256, hours: LINK_HOURS };
        const expiresAt = await replacePasswordResetCode(ctx.db, code);
        // The account was deleted between the two statements.
        if (expiresAt === undefined) return;
        await sendMail(ctx, { to, ...passwordResetMail({ publicUrl, secret, expiresAt }) });
      },
    });
  },
});
