import { sql } from "drizzle-orm";
import { changeAccount } from "../auth/change-account.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { accountPodcast } from "../db/schema.ts";
import { badParameter, notFound, notFoundGeneral } from "../errors.ts";
import { normalizeFeedUrl } from "../fetch/feed-url.ts";
import { redactUrl } from "../fetch/redact.ts";
import { findPodcastIdByFeedUrl } from "./find-feed-location.ts";

/** The podcast, by its id or by any URL that its feed was found at. */
export type Which = { podcastId: number } | { url: string };
export type BlockResult = { podcastId: number; title: string; numSubscribers: number };

// What podcast.taken_down_reason holds.
const REASON_MAX = 500;

/**
 * Takes a podcast down: it is shown to nobody, not crawled, and cannot be added again; its raw feeds are deleted. Those who
 * are subscribed to it are told its title and the reason. One that was taken down already gets the new reason.
 *
 * @throws UserError 400 for a reason that is too long, 404
 */
export async function block(ctx: Context, { which, reason }: { which: Which; reason: string }): Promise<BlockResult> {
  if (reason.length > REASON_MAX) throw badParameter("reason", `over ${REASON_MAX} characters`);
  const podcastId = await findId(ctx, which);
  const row = await ctx.db.repeatable.transaction((tx) => takeDownPodcast(tx, { podcastId, reason }));
  if (row === undefined) throw notFound("podcast", podcastId);
  const result = { podcastId, ...row, numSubscribers: await tellSubscribers(ctx, podcastId) };
  ctx.log.info("Podcast blocked", { podcast_id: podcastId, num_subscribers: result.numSubscribers });
  return result;
}

/** Ends a block: the podcast is shown as before, and due for a crawl. @throws UserError 404 where it was not blocked, too */
export async function unblock(ctx: Context, { which }: { which: Which }): Promise<BlockResult> {
  const podcastId = await findId(ctx, which);
  const row = await ctx.db.once.transaction((tx) => putBackPodcast(tx, { podcastId }));
  if (row === undefined) throw notFoundGeneral(`podcast "${podcastId}" is not blocked`);
  const result = { podcastId, ...row, numSubscribers: await tellSubscribers(ctx, podcastId) };
  ctx.log.info("Podcast unblocked", { podcast_id: podcastId, num_subscribers: result.numSubscribers });
  return result;
}

async function findId({ db }: Context, which: Which): Promise<number> {
  if ("podcastId" in which) return which.podcastId;
  const podcastId = await findPodcastIdByFeedUrl(db, [normalizeFeedUrl(which.url)]);
  if (podcastId === undefined) throw notFoundGeneral(`no podcast has the feed URL "${redactUrl(which.url)}"`);
  return podcastId;
}

/** Account by account, as all changes of accounts are: none waits for the others. */
async function tellSubscribers({ db }: Context, podcastId: number): Promise<number> {
  const accountIds = await listHolders(db, podcastId);
  for (const accountId of accountIds) await touchAccountPodcast(db, { accountId, podcastId });
  return accountIds.length;
}

type Taken = { title: string };

/**
 * Takes a podcast down, deletes its raw feeds, and ends a crawl that is under way: its lease token is another one then. A
 * podcast that was taken down already gets the new reason. Call it in a transaction. @returns undefined for an unknown id
 */
async function takeDownPodcast(
  tx: Database,
  { podcastId, reason }: { podcastId: number; reason: string },
): Promise<Taken | undefined> {
  // In the order in which storing a feed locks them. Never due: crawlers need not step over it each time they look.
  await tx.repeatable.execute(sql`
    update podcast_crawl set lease_token = lease_token + 1, lease_expires_at = null, due_at = 'infinity'
    where podcast_id = ${podcastId}::bigint`);
  const [row] = await tx.repeatable.execute<Taken>(sql`
    update podcast set taken_down_at = coalesce(taken_down_at, podcore_now()), taken_down_reason = ${reason}::text,
      updated_at = podcore_now()
    where id = ${podcastId}::bigint
    returning title`);
  await tx.repeatable.execute(sql`delete from podcast_feed_content where podcast_id = ${podcastId}::bigint`);
  return row;
}

/**
 * Ends a takedown: the podcast is shown again as it was, and is due, without validators, since no raw feed is stored. Call
 * it in a transaction. @returns undefined for an unknown id, and for a podcast that was not taken down
 */
async function putBackPodcast(tx: Database, { podcastId }: { podcastId: number }): Promise<Taken | undefined> {
  await tx.repeatable.execute(sql`
    update podcast_crawl c set due_at = podcore_now(), etag = null, last_modified = null
    from podcast p where c.podcast_id = ${podcastId}::bigint and p.id = c.podcast_id and p.taken_down_at is not null`);
  const [row] = await tx.repeatable.execute<Taken>(sql`
    update podcast set taken_down_at = null, taken_down_reason = null, updated_at = podcore_now()
    where id = ${podcastId}::bigint and taken_down_at is not null
    returning title`);
  return row;
}

/** Lists the accounts that are subscribed to a podcast, or have added it. */
async function listHolders(db: Database, podcastId: number): Promise<number[]> {
  const rows = await db.repeatable.execute<{ account_id: string }>(sql`
    select account_id from account_podcast where podcast_id = ${podcastId}::bigint order by account_id`);
  return rows.map((row) => Number(row.account_id));
}

/** Numbers what an account has to do with a podcast as changed, so that its apps are told with their next sync. */
async function touchAccountPodcast(
  db: Database,
  { accountId, podcastId }: { accountId: number; podcastId: number },
): Promise<void> {
  const write = sql`
    update account_podcast old set sequence = locked.sequence, updated_at = podcore_now()
    from locked where old.account_id = locked.id and old.podcast_id = ${podcastId}::bigint
    returning old.*`;
  await changeAccount(db, { accountId, table: accountPodcast, write });
}
