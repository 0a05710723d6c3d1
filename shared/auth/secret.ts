import { createHash, randomBytes } from "node:crypto";

// 256 bits: not to be guessed, so that a plain digest hides it (a password's would not).
const SECRET_BYTES = 32;
// base64url of that many bytes.
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** By this, whoever finds an API key in a log or a repository knows what it opens. */
export const API_KEY_PREFIX = "podcore_";

/** Makes a secret, for a cookie, a key or a link, and the digest that is stored of it. */
export function newSecret(): { secret: string; sha256: Buffer } {
  return secretOf(randomBytes(SECRET_BYTES));
}

/** Writes 32 bytes as a secret. */
export function secretOf(bytes: Buffer): { secret: string; sha256: Buffer } {
  const secret = bytes.toString("base64url");
  return { secret, sha256: digestOf(secret) };
}

/** Makes what a mail's link is derived from, together with a key. */
export function newNonce(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/** The digest under which a secret is stored; undefined for a text that is none of ours. */
export function hashSecret(secret: string): Buffer | undefined {
  return SECRET.test(secret) ? digestOf(secret) : undefined;
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
