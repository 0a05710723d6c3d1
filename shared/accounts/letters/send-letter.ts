import { mailIdOf } from "../../auth/link-secret.ts";
import type { JobContext } from "../../jobs/job.ts";
import type { Letter } from "../../mail/send-mail.ts";
import { sendMail } from "../../mail/send-mail.ts";

/**
 * The nonce of a job's mail, from which its link and Message-ID are derived. Jobs from before nonces were stored have
 * none.
 */
export function nonceOf({ job }: JobContext, nonce: string | undefined): string {
  return nonce ?? `job ${job.jobId} of ${job.createdAt.toISOString()}`;
}

/**
 * Sends a job's mail. A repeated mail has the same bytes and Message-ID. @returns false if it was permanently rejected
 */
export async function sendLetter(
  ctx: JobContext,
  { to, nonce, letter }: { to: string; nonce: string; letter: Letter },
): Promise<boolean> {
  const id = mailIdOf(ctx.config, { nonce, subject: letter.subject });
  return sendMail(ctx, { to, ...letter, id, date: ctx.job.createdAt });
}
