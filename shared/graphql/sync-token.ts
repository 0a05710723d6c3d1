import { isInstant } from "../db/cursor.ts";
import { badParameter } from "../errors.ts";
import type { SyncPoint } from "../listening/find-sync-point.ts";

/** An account's id, with the sync point at the start of a query. */
export type AccountPoint = SyncPoint & { id: number };

/** Encodes an account's sync point as an opaque token, which a later query passes as `updatedSince`. */
export function encodeSyncToken({ id, sequence, at }: AccountPoint): string {
  return Buffer.from(JSON.stringify([id, sequence, at.toISOString()])).toString("base64url");
}

/**
 * Decodes a token that `encodeSyncToken` made for the same account.
 *
 * @throws UserError 400 for any other text, and for a token from the future, such as after a backup was restored; the
 * client then starts a full sync
 */
export function decodeSyncToken(token: string, now: AccountPoint): SyncPoint {
  const { id, sequence, at } = parse(token) ?? {};
  if (id === now.id && sequence !== undefined && sequence <= now.sequence && at !== undefined) return { sequence, at };
  throw badParameter("updatedSince", `not a token of this account: "${token.slice(0, 100)}"`);
}

function parse(token: string): AccountPoint | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    const [id, sequence, at]: unknown[] = Array.isArray(value) ? value : [];
    if (typeof id !== "number" || typeof sequence !== "number" || typeof at !== "string" || !isInstant(at))
      return undefined;
    const point = { id, sequence, at: new Date(at) };
    // Rejects tokens that are not written exactly as this code would.
    return Number.isSafeInteger(sequence) && encodeSyncToken(point) === token ? point : undefined;
  } catch {
    return undefined;
  }
}
