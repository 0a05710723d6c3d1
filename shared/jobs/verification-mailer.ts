import { newSecret } from "../auth/secret.ts";
import { readFields, readId } from "../http/read-fields.ts";
import { accountExistsMail, inviteMail, signUpMail } from "../mail/mails.ts";
import { sendMail } from "../mail/send-mail.ts";
import { findPendingCode } from "../sql/find-pending-code.ts";
import { mintVerificationSecret } from "../sql/mint-verification-secret.ts";
import { job } from "./job.ts";
import { MAIL_TIMEOUT_MS, sendWithinLimit } from "./mail-limit.ts";

/**
 * Mails the link of a code that makes an account. Its secret is made here: before that nothing is stored that could open
 * the account, and each attempt voids the link of the one before. Where the address has an account by now, its owner
 * alone learns that, by mail. The code stays, and opens nothing: were it gone, its account's export would tell.
 */
export const verificationMailer = job({
  timeoutMs: MAIL_TIMEOUT_MS,
  parse: (args) => ({ verificationCodeId: readId(readFields(args), "verificationCodeId") }),
  async run(ctx, { verificationCodeId: id }) {
    const { publicUrl } = ctx.config;
    const code = await findPendingCode(ctx.db, id);
    if (code === undefined) {
      ctx.log.info("Mail not sent", { reason: "the code is gone or has expired" });
      return;
    }
    const { kind, email: to, isTaken } = code;
    if (isTaken) {
      await sendWithinLimit(ctx, { to, send: () => sendMail(ctx, { to, ...accountExistsMail({ publicUrl }) }) });
      return;
    }
    await sendWithinLimit(ctx, {
      to,
      async send() {
        const { secret, sha256 } = newSecret();
        const expiresAt = await mintVerificationSecret(ctx.db, { id, secretSha256: sha256 });
        // Gone between the two statements.
        if (expiresAt === undefined) return;
        const write = kind === "invite" ? inviteMail : signUpMail;
        await sendMail(ctx, { to, ...write({ publicUrl, secret, expiresAt }) });
      },
    });
  },
});
