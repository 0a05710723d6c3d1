import { sql } from "drizzle-orm";
import type { Database } from "./pool.ts";

/** Allows `max` uses within `windowSeconds`; the window begins with the first use. */
export type RateLimit = { kind: string; max: number; windowSeconds: number };
/** `retryAfterSeconds`: until the window ends and the count resets. */
export type RateLimitResult = { isAllowed: boolean; retryAfterSeconds: number };

/**
 * Counts one use for `subject` and tells whether it is within the limit. It is a single statement, so all pods together
 * stay within `max`. A use that turns out not to count is refunded with `refundRateLimit`.
 */
export async function takeRateLimit(
  db: Database,
  { kind, max, windowSeconds, subject }: RateLimit & { subject: string },
): Promise<RateLimitResult> {
  const [row] = await db.repeatable.execute<{ num_taken: number; seconds: number }>(sql`
    insert into rate_limit (kind, subject, num_taken, resets_at)
    values (${kind}::text, ${subject}::text, 1, podcore_now() + make_interval(secs => ${windowSeconds}::int))
    on conflict (kind, subject) do update set
      num_taken = case when rate_limit.resets_at <= podcore_now() then 1
        else least(rate_limit.num_taken, ${max}::int) + 1 end,
      resets_at = case when rate_limit.resets_at <= podcore_now() then excluded.resets_at else rate_limit.resets_at end
    returning num_taken, ceil(extract(epoch from resets_at - podcore_now()))::int as seconds`);
  return { isAllowed: (row?.num_taken ?? 1) <= max, retryAfterSeconds: Math.max(row?.seconds ?? 1, 1) };
}

/** Subtracts one use from the count of `subject`. */
export async function refundRateLimit(
  db: Database,
  { kind, subject }: { kind: string; subject: string },
): Promise<void> {
  await db.once.execute(sql`
    update rate_limit set num_taken = num_taken - 1
    where kind = ${kind}::text and subject = ${subject}::text and num_taken > 0`);
}
