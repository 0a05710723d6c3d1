import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { isKept } from "./claim-due-subscriptions.ts";

/** What a hub asks of a callback by GET (W3C WebSub 5.2, 5.3). */
export type Verification =
  | { mode: "subscribe"; topicUrl: string; leaseSeconds: number | undefined }
  | { mode: "unsubscribe"; topicUrl: string }
  | { mode: "denied"; topicUrl: string; reason: string };

// A shorter lease would have podcore ask the hub every few minutes.
const MIN_LEASE_SECONDS = 3_600;
// A hub that has forgotten the subscription is noticed by then.
const MAX_LEASE_SECONDS = 15 * 24 * 3_600;
// For hubs of PubSubHubbub 0.3, which do not say.
const DEFAULT_LEASE_SECONDS = 24 * 3_600;
// Room for some days of retries before the lease ends.
const RENEWED_AFTER = 0.7;
const DENIED_DAYS = 7;

/**
 * Confirms to a hub that podcore has asked it, within the last day, for what it verifies. A subscription counts from then
 * on, until its lease ends.
 *
 * @returns false if podcore has not asked for that
 */
export async function run(ctx: Context, { token, asked }: { token: string; asked: Verification }): Promise<boolean> {
  switch (asked.mode) {
    case "subscribe":
      return confirmSubscription(ctx, { token, ...asked });
    case "unsubscribe":
      return confirmEnd(ctx, { token, ...asked });
    case "denied":
      return recordDenial(ctx, { token, ...asked });
  }
}

const IS_ASKED = sql`s.requested_at > podcore_now() - interval '1 day'`;

type Subscription = { token: string; topicUrl: string; leaseSeconds: number | undefined };
async function confirmSubscription(ctx: Context, { token, topicUrl, leaseSeconds }: Subscription): Promise<boolean> {
  const seconds = Math.min(leaseSeconds ?? DEFAULT_LEASE_SECONDS, MAX_LEASE_SECONDS);
  const isLongEnough = seconds >= MIN_LEASE_SECONDS;
  // With a lease that is too short, the next attempt stays the one that the request has set.
  const renewed = isLongEnough
    ? sql`num_attempts = 0, last_error = null,
        next_attempt_at = podcore_now() + ${seconds * RENEWED_AFTER}::float8 * (0.9 + random() * 0.1) * interval '1 second'`
    : sql`last_error = ${`The hub's lease of ${seconds} s is too short`}::text`;
  const rows = await ctx.db.repeatable.execute(sql`
    update podcast_push s set lease_ends_at = podcore_now() + ${seconds}::float8 * interval '1 second', ${renewed}
    from podcast p
    where s.token = ${token}::text and s.topic_url = ${topicUrl}::text and p.id = s.podcast_id
      and ${isKept()} and ${IS_ASKED}
    returning 1`);
  return rows.length > 0;
}

/** Ends a lease. The subscription is forgotten an hour later, so that a hub whose first attempt was lost can verify again. */
async function confirmEnd(ctx: Context, { token, topicUrl }: { token: string; topicUrl: string }): Promise<boolean> {
  const rows = await ctx.db.repeatable.execute(sql`
    update podcast_push s set lease_ends_at = null, next_attempt_at = podcore_now() + interval '1 hour'
    from podcast p
    where s.token = ${token}::text and s.topic_url = ${topicUrl}::text and p.id = s.podcast_id
      and not ${isKept()} and ${IS_ASKED}
    returning 1`);
  return rows.length > 0;
}

type Denial = { token: string; topicUrl: string; reason: string };
/** Records that a hub has denied or ended a subscription, which it can do at any time. It is asked again in a week. */
async function recordDenial(ctx: Context, { token, topicUrl, reason }: Denial): Promise<boolean> {
  const rows = await ctx.db.repeatable.execute<{ podcast_id: string }>(sql`
    update podcast_push set lease_ends_at = null, last_error = left(${`The hub denied it: ${reason}`}::text, 2000),
      next_attempt_at = podcore_now() + ${DENIED_DAYS}::int * interval '1 day'
    where token = ${token}::text and topic_url = ${topicUrl}::text
    returning podcast_id`);
  for (const row of rows)
    ctx.log.info("Hub has denied the subscription", { podcast_id: Number(row.podcast_id), reason });
  return rows.length > 0;
}
