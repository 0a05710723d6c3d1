import { createHmac, hkdfSync } from "node:crypto";
import type { Config } from "../config.ts";
import { secretOf } from "./secret.ts";

type Secrets = Pick<Config, "smtpUrl" | "databaseUrl">;

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

/** HKDF (RFC 5869) with a separate key per label, so that one value reveals nothing about another. */
function derive({ smtpUrl = "", databaseUrl = "" }: Secrets, { label, text }: { label: string; text: string }): Buffer {
  const key = hkdfSync("sha256", JSON.stringify([smtpUrl, databaseUrl]), "", label, 32);
  return createHmac("sha256", Buffer.from(key)).update(text).digest();
}
