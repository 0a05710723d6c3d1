import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { pauseHost } from "../crawl/hosts/pause-host.ts";
import { takeHostTurn } from "../crawl/hosts/take-host-turn.ts";
import type { Database } from "../db/pool.ts";
import { FetchError } from "../fetch/errors.ts";
import { hostKeyOf } from "../fetch/feed-hosts.ts";
import type { FetchReply } from "../fetch/fetch.ts";
import * as backlogWorker from "../jobs/backlog-worker.ts";
import { isDatabaseFault, releaseClaim } from "../jobs/database-fault.ts";
import { toCountFields } from "../log/counts.ts";
import { withContext } from "../log/log.ts";
import { callbackUrl } from "./callback.ts";
import { claimDueSubscriptions, type SubscriptionClaim } from "./claim-due-subscriptions.ts";
import { reachOf } from "./reach.ts";

export type SubscribeResult = { numRequested: number; numRefused: number };

// They wait for one hub in turn, most often: a few hubs serve most feeds.
const CONCURRENCY = 10;
// So that ten at once get their turns at a hub that is asked once a second.
const MAX_WAIT_MS = 12_000;
const MAX_POSTPONED_MINUTES = 5;
const TIMEOUT_MS = 15_000;
const MAX_REPLY_BYTES = 65_536;
const MAX_REDIRECTS = 3;
// Ten days, which most hubs grant.
const LEASE_SECONDS = 10 * 24 * 60 * 60;

let hasSaidOff = false;

/**
 * Asks hubs for what is due: to subscribe to topics, to renew that before the lease ends, to unsubscribe. At most
 * one request a second to a host, as for feeds. Does nothing if hubs cannot reach PODCORE_PUBLIC_URL, and says so once.
 */
export async function run(ctx: Context, { budgetMs }: { budgetMs: number }): Promise<SubscribeResult> {
  const result: SubscribeResult = { numRequested: 0, numRefused: 0 };
  const reach = reachOf(ctx.config);
  if (reach !== "internet" && !hasSaidOff) {
    hasSaidOff = true;
    ctx.log.info("Push is off: hubs on the internet cannot reach PODCORE_PUBLIC_URL", {
      public_url: ctx.config.publicUrl,
    });
  }
  if (reach === "none") return result;
  await endHidden(ctx.db);
  await backlogWorker.run(ctx, {
    budgetMs,
    concurrency: CONCURRENCY,
    // The claim has set the next attempt to an hour later at least, so there is no lease to renew.
    leaseSeconds: 3_600,
    claim: (limit) => claimDueSubscriptions(ctx.db, { limit, onlyLoopback: reach === "loopback" }),
    release: (claim) => postpone(ctx.detachedDb, { claim, minutes: 0 }),
    renew: async () => {},
    work: (claim) => withContext({ podcast_id: claim.podcastId }, () => attempt(ctx, { claim, result })),
  });
  if (result.numRequested + result.numRefused > 0) ctx.log.info("Hubs asked", toCountFields(result));
  return result;
}

type Attempt = { claim: SubscriptionClaim; result: SubscribeResult };

/** Does what is due of one subscription. A defect in that does not stop the others. */
async function attempt(ctx: Context, { claim, result }: Attempt): Promise<void> {
  try {
    await work(ctx, { claim, result });
  } catch (cause) {
    if (isDatabaseFault(cause)) throw cause;
    if (ctx.signal.aborted) await releaseClaim(ctx, () => postpone(ctx.detachedDb, { claim, minutes: 0 }));
    else ctx.log.error("Cannot ask the hub", { cause });
  }
}

async function work(ctx: Context, { claim, result }: Attempt): Promise<void> {
  const { ask } = claim;
  if (ask === "nothing") return;
  if (ask === "drop") return drop(ctx.db, claim);
  const host = hostKeyOf(claim.hubUrl);
  const waitMs = await takeHostTurn(ctx.db, { host, withinMs: MAX_WAIT_MS });
  if (waitMs === undefined)
    return postpone(ctx.db, { claim, minutes: 1 + Math.random() * (MAX_POSTPONED_MINUTES - 1) });
  await sleep(waitMs, undefined, { signal: ctx.signal });
  const error = await request(ctx, { claim, mode: ask });
  result[error === undefined ? "numRequested" : "numRefused"] += 1;
  ctx.log.info(error === undefined ? "Hub asked" : "Hub not asked", { mode: ask, hub: host, reason: error });
  // Not otherwise: the hub may have verified already.
  if (error !== undefined) await recordError(ctx.db, { claim, error });
}

type Request = { claim: SubscriptionClaim; mode: "subscribe" | "unsubscribe" };

/**
 * Sends a hub a request (W3C WebSub 5.1). WebSub advises a secret only over https, because whoever reads the request learns
 * it. Here it is always sent: it is of this subscription alone, and without it, whoever reads the request can push as well.
 *
 * @returns why the hub has not accepted it; undefined if it has
 */
async function request(ctx: Context, { claim, mode }: Request): Promise<string | undefined> {
  const { hubUrl, topicUrl, token, secret } = claim;
  const form = new URLSearchParams({
    "hub.callback": callbackUrl(ctx.config, token),
    "hub.mode": mode,
    "hub.topic": topicUrl,
    ...(mode === "subscribe" && {
      "hub.lease_seconds": String(LEASE_SECONDS),
      "hub.secret": secret,
    }),
    // Hubs of PubSubHubbub 0.3 require it.
    "hub.verify": "async",
  });
  try {
    const reply = await ctx.fetch({
      ...{ url: hubUrl, form, accept: "*/*", signal: ctx.signal },
      ...{ timeoutMs: TIMEOUT_MS, maxBytes: MAX_REPLY_BYTES, maxRedirects: MAX_REDIRECTS },
    });
    if (reply.status >= 200 && reply.status < 300) return undefined;
    await respectWish(ctx, { claim, reply });
    return `The hub responded with status: ${reply.status}`;
  } catch (error) {
    if (!(error instanceof FetchError) || error.kind === "aborted") throw error;
    return error.message;
  }
}

/** Waits as long as a hub asks for: with this subscription, and after a 429 with all requests to its host. */
async function respectWish(ctx: Context, { claim, reply }: { claim: SubscriptionClaim; reply: FetchReply }) {
  const { status, retryAfterMs, url } = reply;
  if (status === 429) await pauseHost(ctx.db, { host: hostKeyOf(url), retryAfterMs });
  if (retryAfterMs === undefined) return;
  await ctx.db.repeatable.execute(sql`
    update podcast_push set
      next_attempt_at = greatest(next_attempt_at, podcore_now() + ${retryAfterMs}::bigint * interval '1 millisecond')
    where id = ${claim.id}::bigint`);
}

/** Has the subscriptions of podcasts that were taken down or merged ended at once, instead of when they are renewed. */
async function endHidden(db: Database): Promise<void> {
  await db.repeatable.execute(sql`
    update podcast_push s set next_attempt_at = podcore_now(), num_attempts = 0
    from podcast p
    where (p.taken_down_at is not null or p.merged_at is not null) and s.podcast_id = p.id
      and s.lease_ends_at > podcore_now() and s.next_attempt_at > podcore_now()
      and coalesce(s.requested_at < greatest(p.taken_down_at, p.merged_at), true)`);
}

async function recordError(db: Database, { claim, error }: { claim: SubscriptionClaim; error: string }) {
  await db.repeatable.execute(sql`
    update podcast_push set last_error = left(${error}::text, 2000) where id = ${claim.id}::bigint`);
}

/** Puts a claim off that has asked nobody. */
async function postpone(db: Database, { claim, minutes }: { claim: SubscriptionClaim; minutes: number }) {
  await db.once.execute(sql`
    update podcast_push set
      next_attempt_at = podcore_now() + ${minutes}::float8 * interval '1 minute', num_attempts = greatest(num_attempts - 1, 0)
    where id = ${claim.id}::bigint`);
}

/** Forgets a subscription that has ended. A push that comes all the same is answered with 410. */
async function drop(db: Database, { id }: SubscriptionClaim): Promise<void> {
  await db.repeatable.execute(sql`delete from podcast_push where id = ${id}::bigint and not is_wanted`);
}
