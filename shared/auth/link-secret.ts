import { derive, type Secrets } from "./derive.ts";
import { secretOf } from "./secret.ts";

/**
 * Derives the secret of a mailed link, and the digest to store. The same nonce gives the same link, so a mail can be
 * sent again unchanged. The nonce is in the database and the key in the settings: neither alone opens a link.
 */
export function linkSecretOf(config: Secrets, nonce: string): { secret: string; sha256: Buffer } {
  return secretOf(derive(config, { label: "podcore link", text: nonce }));
}

/** Derives the part of a mail's Message-ID before the @. Mails with different subjects get different ids. */
export function mailIdOf(config: Secrets, { nonce, subject }: { nonce: string; subject: string }): string {
  return derive(config, { label: "podcore message id", text: `${nonce}\n${subject}` }).toString("hex");
}
