import { accountMerge } from "./account-merge.ts";
import { noOp } from "./no-op.ts";
import { passwordResetMailer } from "./password-reset-mailer.ts";
import { podcastRefresh } from "./podcast-refresh.ts";
import { verificationMailer } from "./verification-mailer.ts";

/** Every job that there is, by the name it is stored under. */
export const JOBS = {
  account_merge: accountMerge,
  no_op: noOp,
  password_reset_mailer: passwordResetMailer,
  podcast_refresh: podcastRefresh,
  verification_mailer: verificationMailer,
};

/** A job to be done, with the args that its definition reads. */
export type Job = {
  [Name in keyof typeof JOBS]: { name: Name; args: ReturnType<(typeof JOBS)[Name]["parse"]> };
}[keyof typeof JOBS];
