import { createHmac, hkdfSync } from "node:crypto";
import type { Config } from "../config.ts";
import { secretOf } from "./secret.ts";

type Secrets = Pick<Config, "smtpUrl" | "databaseUrl">;

/**
 * Derives the secret of a mailed link, and the digest that is stored of it. The same nonce gives the same link, so that a
 * mail can be repeated. The nonce is in the database and the key is in the settings: neither alone opens a link.
 */
export function linkSecretOf(config: Secrets, nonce: string): { secret: string; sha256: Buffer } {
  return secretOf(derive(config, { label: "podcore link", text: nonce }));
}

/** Derives what stands before the @ of a mail's Message-ID. A mail with another subject is another mail. */
export function mailIdOf(config: Secrets, { nonce, subject }: { nonce: string; subject: string }): string {
  return derive(config, { label: "podcore message id", text: `${nonce}\n${subject}` }).toString("hex");
}

/** RFC 5869, with a key for each label: what one use shows says nothing of another. */
function derive({ smtpUrl = "", databaseUrl = "" }: Secrets, { label, text }: { label: string; text: string }): Buffer {
  const key = hkdfSync("sha256", JSON.stringify([smtpUrl, databaseUrl]), "", label, 32);
  return createHmac("sha256", Buffer.from(key)).update(text).digest();
}
