import type { UserError } from "../errors.ts";

/** Returns what an app goes by: the status that the error has, or would have alone, and when to ask again. */
export function toExtensions({ status, headers }: UserError): { status: number; retryAfterSeconds?: number } {
  const retryAfter = headers["retry-after"];
  return { status, ...(retryAfter !== undefined && { retryAfterSeconds: Number(retryAfter) }) };
}
