import { accountMerge } from "./account-merge.ts";
import { emailChangeMailer } from "./email-change-mailer.ts";
import { loginLinkMailer } from "./login-link-mailer.ts";
import { noOp } from "./no-op.ts";
import { noticeMailer } from "./notice-mailer.ts";
import { passwordResetMailer } from "./password-reset-mailer.ts";
import { podcastRefresh } from "./podcast-refresh.ts";
import { verificationMailer } from "./verification-mailer.ts";

/** Every job that there is, by the name it is stored under. */
export const JOBS = {
  account_merge: accountMerge,
  email_change_mailer: emailChangeMailer,
  login_link_mailer: loginLinkMailer,
  no_op: noOp,
  notice_mailer: noticeMailer,
  password_reset_mailer: passwordResetMailer,
  podcast_refresh: podcastRefresh,
  verification_mailer: verificationMailer,
};

/** A job to be done, with the args that its definition reads. */
export type Job = {
  [Name in keyof typeof JOBS]: { name: Name; args: ReturnType<(typeof JOBS)[Name]["parse"]> };
}[keyof typeof JOBS];
