import { job } from "../../jobs/job.ts";
import { readFields, readText } from "../../json.ts";
import { MAIL_TIMEOUT_MS, sendWithinLimit } from "./mail-limit.ts";
import { emailChangedMail, passwordChangedMail } from "./mails.ts";
import { nonceOf, sendLetter } from "./send-letter.ts";

// Causing a notice takes the account's password or a mailed link, so nobody can flood a mailbox. It has its own limit:
// otherwise, using up the limit on other mails would keep the owner from being notified.
const NOTICES = { kind: "notice-mail", max: 20, windowSeconds: 3_600 };

/**
 * Tells an account's owner that the password was changed or, with `newEmail`, the email address; `email` is the
 * previous one.
 */
export const noticeMailer = job({
  name: "notice_mailer",
  timeoutMs: MAIL_TIMEOUT_MS,
  // The owner must know, even if the mail server is down over a long weekend.
  retry: { forMs: 3 * 24 * 3_600_000, maxDelayMs: 3_600_000 },
  parse(args) {
    const fields = readFields(args);
    return {
      email: readText(fields, "email"),
      newEmail: fields.newEmail === undefined ? undefined : readText(fields, "newEmail"),
    };
  },
  async run(ctx, { email: to, newEmail }) {
    const { publicUrl } = ctx.config;
    const letter =
      newEmail === undefined ? passwordChangedMail({ publicUrl }) : emailChangedMail({ publicUrl, newEmail });
    await sendWithinLimit(ctx, {
      to,
      limit: NOTICES,
      send: () => sendLetter(ctx, { to, nonce: nonceOf(ctx, undefined), letter }),
    });
  },
});
