import { mailIdOf } from "../../auth/link-secret.ts";
import type { JobContext } from "../../jobs/job.ts";
import type { Letter } from "../../mail/send-mail.ts";
import { sendMail } from "../../mail/send-mail.ts";

/** What a mail's link and Message-ID are derived from. Jobs that were stored before there were nonces have none. */
export function nonceOf({ job }: JobContext, nonce: string | undefined): string {
  return nonce ?? `job ${job.jobId} of ${job.createdAt.toISOString()}`;
}

/** Sends a job's mail. Sent again, it is the same to the byte, and has the same Message-ID. @returns false if it was refused for good */
export async function sendLetter(
  ctx: JobContext,
  { to, nonce, letter }: { to: string; nonce: string; letter: Letter },
): Promise<boolean> {
  const id = mailIdOf(ctx.config, { nonce, subject: letter.subject });
  return sendMail(ctx, { to, ...letter, id, date: ctx.job.createdAt });
}
