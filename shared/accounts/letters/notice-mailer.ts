import { job } from "../../jobs/job.ts";
import { readFields, readText } from "../../json.ts";
import { MAIL_TIMEOUT_MS, sendWithinLimit } from "./mail-limit.ts";
import { emailChangedMail, passwordChangedMail } from "./mails.ts";
import { nonceOf, sendLetter } from "./send-letter.ts";

// Takes the account's password, or a link that was mailed, so nobody can flood a mailbox. A limit of its own: whoever uses
// up the other mails' must not keep the owner from being told.
const NOTICES = { kind: "notice-mail", max: 20, windowSeconds: 3_600 };

/** Tells the owner of an account what was changed: the password, or with `newEmail` the address, which `email` was then. */
export const noticeMailer = job({
  name: "notice_mailer",
  timeoutMs: MAIL_TIMEOUT_MS,
  // Its owner has to know, also after a mail server's long weekend.
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
