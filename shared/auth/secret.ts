import { createHash, randomBytes } from "node:crypto";

// 256 bits cannot be guessed, so a plain digest protects them (it would not protect a password).
const SECRET_BYTES = 32;
// Base64url of 32 bytes.
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** Lets a person or scanner that finds an API key in a log or repository recognize it. */
export const API_KEY_PREFIX = "podcore_";

/** Makes a secret for a cookie, key or link, and the digest to store. */
export function newSecret(): { secret: string; sha256: Buffer } {
  return secretOf(randomBytes(SECRET_BYTES));
}

/** Encodes 32 bytes as a secret, and returns it with its digest. */
export function secretOf(bytes: Buffer): { secret: string; sha256: Buffer } {
  const secret = bytes.toString("base64url");
  return { secret, sha256: digestOf(secret) };
}

/** Makes a nonce, from which a mailed link is derived together with a key. */
export function newNonce(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/**
 * Returns the digest under which a secret is stored, or undefined if the text does not look like one of our secrets.
 */
export function hashSecret(secret: string): Buffer | undefined {
  return SECRET.test(secret) ? digestOf(secret) : undefined;
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
