import type { Context } from "../context.ts";
import { errorCodeOf, isDatabaseUnavailable } from "../db/failure.ts";

/**
 * Returns true if a failure is the database's fault, not that of the feed or job whose result was to be stored. A statement
 * timeout (57014) does not count: the statement may be as slow next time, so its feed or job must back off.
 */
export function isDatabaseFault(error: unknown): boolean {
  return isDatabaseUnavailable(error) && errorCodeOf(error) !== "57014";
}

/** Releases a claim. If the database cannot be reached, logs that and lets the lease expire. */
export async function releaseClaim(ctx: Pick<Context, "log">, release: () => Promise<void>): Promise<void> {
  await release().catch((error: unknown) => {
    ctx.log.warn("Cannot release a claim", { error: String(error) });
  });
}
