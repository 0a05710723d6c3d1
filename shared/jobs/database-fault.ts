import type { Context } from "../context.ts";
import { findCode, isDatabaseUnavailable } from "../db/failure.ts";

/**
 * Whether the database is to blame for a failure, and not the feed or job whose result was to be stored. A statement that
 * took too long (57014) does not count: it may take as long the next time, so that its feed or job has to back off.
 */
export function isDatabaseFault(error: unknown): boolean {
  return isDatabaseUnavailable(error) && findCode(error) !== "57014";
}

/** Gives a claim back where the database can be reached. Otherwise the lease runs out. */
export async function giveBack(ctx: Pick<Context, "log">, release: () => Promise<void>): Promise<void> {
  await release().catch((error: unknown) => {
    ctx.log.warn("Cannot give a claim back", { error: String(error) });
  });
}
