import type { Context } from "../context.ts";
import { type RateLimit, type RateLimitResult, takeRateLimit } from "../db/take-rate-limit.ts";

// What Apple says it answers: some 20 calls a minute, from all our pods together.
export const DIRECTORY_LIMIT: RateLimit = { kind: "directory", max: 20, windowSeconds: 60 };

/** Counts one question to the directory, whichever pod asks it. */
export function takeDirectoryTurn(ctx: Pick<Context, "config" | "db">): Promise<RateLimitResult> {
  return takeRateLimit(ctx.db, { ...DIRECTORY_LIMIT, subject: new URL(ctx.config.directoryUrl).host });
}
