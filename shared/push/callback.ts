import { createHmac, type Hmac, timingSafeEqual } from "node:crypto";
import type { Config } from "../config.ts";

// The lengths of hex digests, so that nothing else is decoded.
const METHODS: Readonly<Record<string, number>> = { sha1: 40, sha256: 64, sha384: 96, sha512: 128 };

/** The URL that a hub verifies, and pushes to. */
export function callbackUrl({ publicUrl }: Pick<Config, "publicUrl">, token: string): string {
  return `${publicUrl}/push/${token}`;
}

type Signed = { secret: string; signature: string | undefined };

/** The digest that a push is signed with; undefined if it is unsigned, or by a method that WebSub does not have (W3C WebSub 8). */
export function openSignature({ secret, signature }: Signed): Hmac | undefined {
  const method = readSignature(signature)?.method;
  return method === undefined ? undefined : createHmac(method, secret);
}

/** Compares the digest of a body with its signature, in constant time. */
export function isSigned(digest: Buffer, signature: string | undefined): boolean {
  const given = readSignature(signature)?.digest;
  return given !== undefined && given.length === digest.length && timingSafeEqual(given, digest);
}

/** Reads X-Hub-Signature: `sha256=0123...`. */
function readSignature(signature = ""): { method: string; digest: Buffer } | undefined {
  const [method = "", hex = ""] = signature.trim().split("=", 2);
  const name = method.toLowerCase();
  if (!Object.hasOwn(METHODS, name) || hex.length !== METHODS[name] || !/^[\da-f]+$/i.test(hex)) return undefined;
  return { method: name, digest: Buffer.from(hex, "hex") };
}
