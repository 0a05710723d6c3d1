import { isInstant } from "../db/cursor.ts";
import { badParameter } from "../errors.ts";
import type { SyncPoint } from "../listening/find-sync-point.ts";

/** An account's id, and up to where its lists were known when a query began. */
export type AccountPoint = SyncPoint & { id: number };

/** Makes the text, opaque to callers, that a later query gives as `updatedSince`. */
export function encodeSyncToken({ id, sequence, at }: AccountPoint): string {
  return Buffer.from(JSON.stringify([id, sequence, at.toISOString()])).toString("base64url");
}

/**
 * Reads what `encodeSyncToken` made for the same account.
 *
 * @throws UserError 400 for anything else, and for a token from ahead, as after a restored backup: the client then begins anew
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
    // What is not written as it would be here, was not.
    return Number.isSafeInteger(sequence) && encodeSyncToken(point) === token ? point : undefined;
  } catch {
    return undefined;
  }
}
