import { sql } from "drizzle-orm";
import { linkSecretOf } from "../../auth/link-secret.ts";
import type { Database } from "../../db/pool.ts";
import { job } from "../../jobs/job.ts";
import { readFields, readId, readText } from "../../json.ts";
import { deleteVerificationCode } from "../delete-verification-code.ts";
import { MAIL_TIMEOUT_MS, sendWithinLimit } from "./mail-limit.ts";
import { emailTakenMail, newEmailMail, oldEmailMail } from "./mails.ts";
import { mintVerificationSecret } from "./mint-verification-secret.ts";
import { sendLetter } from "./send-letter.ts";

/**
 * Mails the link for one address of an email change. If the new address has an account by now, only that account's
 * owner learns of it, by mail. If the old address's server permanently rejects the mail, the new address's link is
 * enough.
 */
export const emailChangeMailer = job({
  name: "email_change_mailer",
  timeoutMs: MAIL_TIMEOUT_MS,
  // The code expires before these three days are over, which ends the job.
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
      // Its own limit: otherwise, using up the limit on other mails would keep the owner from being notified.
      ...(kind === "old-email" ? { limit: OLD_EMAILS } : {}),
      async send() {
        const { secret, sha256 } = linkSecretOf(ctx.config, nonce);
        const expiresAt = await mintVerificationSecret(ctx.db, { id, secretSha256: sha256 });
        // It was deleted between the two statements.
        if (expiresAt === undefined) return;
        const code = { publicUrl, secret, expiresAt };
        const letter = kind === "new-email" ? newEmailMail(code) : oldEmailMail({ ...code, newEmail });
        const isReachable = await sendLetter(ctx, { to, nonce, letter });
        if (!isReachable && kind === "old-email") await deleteVerificationCode(ctx.db, id);
      },
    });
  },
});

// More than the changes that an account can start, so that each one is reported.
const OLD_EMAILS = { kind: "old-email-mail", max: 20, windowSeconds: 3_600 };

/** An address of an email change that a link must be sent to. `isTaken`: the new address has an account by now. */
export type EmailChange = { kind: "new-email" | "old-email"; oldEmail: string; newEmail: string; isTaken: boolean };

/** Finds one of the two codes of an email change until it expires, whether or not its link was sent. */
async function findEmailChange(db: Database, id: number): Promise<EmailChange | undefined> {
  const [row] = await db.repeatable.execute<{
    kind: EmailChange["kind"];
    old_email: string;
    new_email: string;
    is_taken: boolean;
  }>(sql`
    select c.kind, a.email as old_email, c.email as new_email,
      exists (select from account other where lower(other.email) = lower(c.email)) as is_taken
    from verification_code c join account a on a.id = c.account_id
    where c.id = ${id}::bigint and c.kind in ('new-email', 'old-email') and c.expires_at > podcore_now()`);
  return row && { kind: row.kind, oldEmail: row.old_email, newEmail: row.new_email, isTaken: row.is_taken };
}
