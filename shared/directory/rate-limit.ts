import type { Context } from "../context.ts";
import { type RateLimit, type RateLimitResult, takeRateLimit } from "../db/take-rate-limit.ts";

// Apple allows about 20 calls a minute, for all our pods together.
export const DIRECTORY_LIMIT: RateLimit = { kind: "directory", max: 20, windowSeconds: 60 };

/** Counts one call to the directory against the limit that all pods share. */
export function takeDirectoryCall(ctx: Pick<Context, "config" | "db">): Promise<RateLimitResult> {
  return takeRateLimit(ctx.db, { ...DIRECTORY_LIMIT, subject: new URL(ctx.config.directoryUrl).host });
}
