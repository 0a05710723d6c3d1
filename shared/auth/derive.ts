import { createHmac, hkdfSync } from "node:crypto";
import type { Config } from "../config.ts";

export type Secrets = Pick<Config, "smtpUrl" | "databaseUrl">;

/**
 * Derives 32 bytes from a text, with a key that all processes of a site share: it comes from the secrets in the settings.
 * HKDF (RFC 5869) with a separate key per label, so that one value reveals nothing about another.
 */
export function derive({ smtpUrl = "", databaseUrl = "" }: Secrets, { label, text }: { label: string; text: string }) {
  const key = hkdfSync("sha256", JSON.stringify([smtpUrl, databaseUrl]), "", label, 32);
  return createHmac("sha256", Buffer.from(key)).update(text).digest();
}
