import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { isKept } from "./claim-due-subscriptions.ts";
import { makeDueNow } from "./make-due-now.ts";

/** Finds the secret of the subscription that a callback is for; undefined if none is wanted. */
export async function findSecret(ctx: Context, token: string): Promise<string | undefined> {
  const [row] = await ctx.db.repeatable.execute<{ secret: string }>(sql`
    select s.secret from podcast_push s join podcast p on p.id = s.podcast_id
    where s.token = ${token}::text and ${isKept()}`);
  return row?.secret;
}

type Push = { token: string; isSigned: boolean };
/** `gone`: the subscription has ended, and the hub need not push any more. */
export type Received = "announced" | "ignored" | "gone";

/**
 * Takes a hub's push as a hint that the feed has changed: makes the podcast due. What was pushed is neither read nor stored,
 * so that it can change nothing. A push without a valid signature is ignored (W3C WebSub 8.1), but has podcore renew the
 * subscription, once a day at most: the hub may have lost the secret.
 */
export async function run(ctx: Context, { token, isSigned }: Push): Promise<Received> {
  const podcastId = await recordDelivery(ctx.db, { token, isSigned });
  if (podcastId === undefined) return "gone";
  if (!isSigned) {
    ctx.log.info("Push ignored: its signature is wrong or missing", { podcast_id: podcastId });
    return "ignored";
  }
  await makeDueNow(ctx, podcastId);
  return "announced";
}

/** Writes at most once a minute, or a day without a signature. @returns the podcast; undefined if none is subscribed to so */
async function recordDelivery(db: Database, { token, isSigned }: Push): Promise<number | undefined> {
  const [row] = await db.repeatable.execute<{ podcast_id: string }>(sql`
    with found as (
      select s.id, s.podcast_id from podcast_push s join podcast p on p.id = s.podcast_id
      where s.token = ${token}::text and ${isKept()}
    ), delivered as (
      update podcast_push s set delivered_at = podcore_now() from found
      where s.id = found.id and ${isSigned}::boolean
        and coalesce(s.delivered_at < podcore_now() - interval '1 minute' or s.delivered_at <= s.missed_at, true)
    ), doubted as (
      update podcast_push s set next_attempt_at = podcore_now() from found
      where s.id = found.id and not ${isSigned}::boolean and s.next_attempt_at > podcore_now()
        and coalesce(s.requested_at < podcore_now() - interval '1 day', true)
    )
    select podcast_id from found`);
  return row === undefined ? undefined : Number(row.podcast_id);
}
