import type { UserError } from "../errors.ts";

/** Returns what an app can act on: the HTTP status that the error would have on its own, and when to retry. */
export function toExtensions({ status, headers }: UserError): { status: number; retryAfterSeconds?: number } {
  const retryAfter = headers["retry-after"];
  return { status, ...(retryAfter !== undefined && { retryAfterSeconds: Number(retryAfter) }) };
}
