import { sql } from "drizzle-orm";
import { linkSecretOf } from "../../auth/link-secret.ts";
import type { Database } from "../../db/pool.ts";
import { job } from "../../jobs/job.ts";
import { readFields, readId, readText } from "../../json.ts";
import { MAIL_TIMEOUT_MS, sendWithinLimit } from "./mail-limit.ts";
import { accountExistsMail, inviteMail, signUpMail } from "./mails.ts";
import { mintVerificationSecret } from "./mint-verification-secret.ts";
import { nonceOf, sendLetter } from "./send-letter.ts";

type Args = { verificationCodeId: number; nonce?: string | undefined };

/**
 * Mails the link of a code that creates an account. Derives its secret only here, the same in each attempt: nothing
 * stored earlier can open the account. If the address has an account by now, only its owner learns of it, by mail. The
 * code then stays but opens nothing: its absence would show in the export of the account that signed up.
 */
export const verificationMailer = job({
  name: "verification_mailer",
  timeoutMs: MAIL_TIMEOUT_MS,
  // The code expires before these three days are over, which ends the job.
  retry: { forMs: 3 * 24 * 3_600_000, maxDelayMs: 3_600_000 },
  parse(args): Args {
    const fields = readFields(args);
    return {
      verificationCodeId: readId(fields, "verificationCodeId"),
      nonce: fields.nonce === undefined ? undefined : readText(fields, "nonce"),
    };
  },
  async run(ctx, { verificationCodeId: id, nonce: storedNonce }) {
    const { publicUrl } = ctx.config;
    const nonce = nonceOf(ctx, storedNonce);
    const code = await findPendingCode(ctx.db, id);
    if (code === undefined) {
      ctx.log.info("Mail not sent", { reason: "the code is gone or has expired" });
      return;
    }
    const { kind, email: to, isTaken } = code;
    if (isTaken) {
      const letter = accountExistsMail({ publicUrl });
      await sendWithinLimit(ctx, { to, send: () => sendLetter(ctx, { to, nonce, letter }) });
      return;
    }
    await sendWithinLimit(ctx, {
      to,
      async send() {
        const { secret, sha256 } = linkSecretOf(ctx.config, nonce);
        const expiresAt = await mintVerificationSecret(ctx.db, { id, secretSha256: sha256 });
        // It was deleted between the two statements.
        if (expiresAt === undefined) return;
        const write = kind === "invite" ? inviteMail : signUpMail;
        await sendLetter(ctx, { to, nonce, letter: write({ publicUrl, secret, expiresAt }) });
      },
    });
  },
});

/** A code whose link must be sent. `isTaken`: the address has an account by now. */
export type PendingCode = { kind: "sign-up" | "invite"; email: string; isTaken: boolean };

/** Finds a code that creates an account until it expires, whether or not its link was sent. */
async function findPendingCode(db: Database, id: number): Promise<PendingCode | undefined> {
  const [row] = await db.repeatable.execute<{ kind: PendingCode["kind"]; email: string; is_taken: boolean }>(sql`
    select kind, email, exists (select from account a where lower(a.email) = lower(c.email)) as is_taken
    from verification_code c
    where id = ${id}::bigint and kind in ('sign-up', 'invite') and expires_at > podcore_now()`);
  return row === undefined ? undefined : { kind: row.kind, email: row.email, isTaken: row.is_taken };
}
