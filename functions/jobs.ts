import { accountMerge } from "../shared/accounts/account-merge.ts";
import { emailChangeMailer } from "../shared/accounts/letters/email-change-mailer.ts";
import { loginLinkMailer } from "../shared/accounts/letters/login-link-mailer.ts";
import { noticeMailer } from "../shared/accounts/letters/notice-mailer.ts";
import { passwordResetMailer } from "../shared/accounts/letters/password-reset-mailer.ts";
import { verificationMailer } from "../shared/accounts/letters/verification-mailer.ts";
import { fileJob } from "../shared/crawl/files/file-job.ts";
import { pagesJob } from "../shared/crawl/pages/pages-job.ts";
import { podcastRefresh } from "../shared/crawl/podcast-refresh.ts";
import { pushedCrawl } from "../shared/crawl/push/pushed-crawl.ts";
import type { JobDefinitions } from "../shared/jobs/job.ts";
import { noOp } from "../shared/jobs/no-op.ts";

const DEFINITIONS = [
  accountMerge,
  emailChangeMailer,
  fileJob,
  loginLinkMailer,
  noOp,
  noticeMailer,
  pagesJob,
  passwordResetMailer,
  podcastRefresh,
  pushedCrawl,
  verificationMailer,
] as const;

/** Every job that the work tick can run, by the name it is stored under. */
export const JOBS: JobDefinitions = Object.fromEntries(DEFINITIONS.map((definition) => [definition.name, definition]));

export type AnyJob = (typeof DEFINITIONS)[number];
