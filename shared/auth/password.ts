import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { UserError } from "../errors.ts";
import { createSemaphore } from "../semaphore.ts";

type Cost = { memory: number; passes: number; parallelism: number };
type Parsed = Cost & { salt: Buffer; hash: Buffer };

// OWASP's first choice for argon2id: 19 MiB and two passes, about 40 ms of one core.
const COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
// Two at a time use 38 MiB. With fifty waiting, the last one waits about a second.
const hashing = createSemaphore(2);
const MAX_WAITING = 50;

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{1,100})\$([A-Za-z0-9+/]{1,100})$/;

/**
 * Hashes a password with argon2id. @returns a PHC string, with parameters and salt. @throws UserError 503 if too many
 * hashes are waiting
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { ...COST, salt, numBytes: HASH_BYTES });
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(salt)}$${base64(hash)}`;
}

/**
 * Checks a password against a stored hash. Without a stored hash (the account does not exist) it takes as long and
 * fails.
 *
 * @returns whether the password is correct, and whether the hash was made with other parameters than today's
 * @throws UserError 503 if too many hashes are waiting
 */
export async function verifyPassword(
  password: string,
  stored: string | null | undefined,
): Promise<{ isCorrect: boolean; isOutdated: boolean }> {
  const parsed = stored ? parse(stored) : undefined;
  const { hash, ...cost } = parsed ?? { ...COST, salt: Buffer.alloc(SALT_BYTES), hash: Buffer.alloc(HASH_BYTES) };
  const derived = await derive(password, { ...cost, numBytes: hash.length });
  const isCorrect = timingSafeEqual(derived, hash) && parsed !== undefined;
  const { memory, passes, parallelism } = COST;
  const isOutdated =
    cost.memory !== memory || cost.passes !== passes || cost.parallelism !== parallelism || hash.length !== HASH_BYTES;
  return { isCorrect, isOutdated };
}

async function derive(password: string, { salt, numBytes, ...cost }: Cost & { salt: Buffer; numBytes: number }) {
  // Keyboards differ in whether they compose accented letters (RFC 8265 4.2.1).
  const message = password.normalize("NFC");
  const parameters: Argon2Parameters = { ...cost, message, nonce: salt, tagLength: numBytes };
  if (hashing.numWaiting >= MAX_WAITING)
    throw new UserError(503, "Service unavailable: too many people are logging in, try again in a moment");
  const release = await hashing.acquire();
  try {
    return await promisify(argon2)("argon2id", parameters);
  } finally {
    release();
  }
}

function parse(text: string): Parsed {
  const [, memory, passes, parallelism, salt = "", hash = ""] = PHC.exec(text) ?? [];
  if (memory === undefined) throw new Error("Cannot read a stored password hash: it is not an argon2id hash");
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, "base64"),
    hash: Buffer.from(hash, "base64"),
  };
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/(?<!=)=+$/, "");
}
