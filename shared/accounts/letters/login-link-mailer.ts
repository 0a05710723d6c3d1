import { linkSecretOf } from "../../auth/link-secret.ts";
import { job } from "../../jobs/job.ts";
import { readFields, readId, readText } from "../../json.ts";
import { findAccountByEmail } from "../find-account.ts";
import { insertLinkCode } from "./insert-link-code.ts";
import { MAIL_TIMEOUT_MS, sendWithinLimit } from "./mail-limit.ts";
import { loginLinkMail } from "./mails.ts";
import { mintVerificationSecret } from "./mint-verification-secret.ts";
import { nonceOf, sendLetter } from "./send-letter.ts";

// Longer than the limit's window, and a new link does not invalidate earlier ones: if other people have used up the
// limit, a valid link is in the mailbox.
const LINK_MINUTES = 20;
const LOGIN_LINKS = { kind: "login-link-mail", max: 2, windowSeconds: 15 * 60 };

/** `verificationCodeId` is stored by the first attempt. */
type Args = { email: string; nonce: string; verificationCodeId?: number | undefined };

/** Mails a login link to an address that has an account, and nothing to any other. */
export const loginLinkMailer = job({
  name: "login_link_mailer",
  timeoutMs: MAIL_TIMEOUT_MS,
  // An expired link ends the job. A user who is waiting to log in asks again within the hour.
  retry: { forMs: 3_600_000, maxDelayMs: 60_000 },
  parse(args): Args {
    const fields = readFields(args);
    return {
      email: readText(fields, "email"),
      nonce: readText(fields, "nonce"),
      verificationCodeId: fields.verificationCodeId === undefined ? undefined : readId(fields, "verificationCodeId"),
    };
  },
  async run(ctx, { email, nonce: storedNonce, verificationCodeId }) {
    const { publicUrl } = ctx.config;
    const found = await findAccountByEmail(ctx.db, email);
    if (found === undefined || found.email === null) {
      ctx.log.info("Mail not sent", { reason: "no account has the address" });
      return;
    }
    const { id: accountId, email: to } = found;
    const nonce = nonceOf(ctx, storedNonce);
    await sendWithinLimit(ctx, {
      to,
      limit: LOGIN_LINKS,
      async send() {
        const code = { ...ctx.job, kind: "login" as const, accountId, minutes: LINK_MINUTES };
        const id = verificationCodeId ?? (await insertLinkCode(ctx.db, code));
        const { secret, sha256 } = linkSecretOf(ctx.config, nonce);
        const expiresAt = id && (await mintVerificationSecret(ctx.db, { id, secretSha256: sha256 }));
        if (!expiresAt) {
          ctx.log.info("Mail not sent", { reason: "its link was used or has expired" });
          return;
        }
        await sendLetter(ctx, { to, nonce, letter: loginLinkMail({ publicUrl, secret, expiresAt }) });
      },
    });
  },
});
