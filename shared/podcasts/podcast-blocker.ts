import { sql } from "drizzle-orm";
import { changeAccount } from "../auth/change-account.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { accountPodcast, episodeFile, transcript } from "../db/schema.ts";
import { badParameter, notFound, notFoundGeneral } from "../errors.ts";
import { findWhich, type Which } from "./find-which.ts";

export type BlockResult = { podcastId: number; title: string; numSubscribers: number };

// Column limit of podcast.taken_down_reason.
const REASON_MAX = 500;

/**
 * Takes a podcast down: it becomes invisible, is no longer crawled, and cannot be added again. Deletes its raw feeds, and
 * the chapters and transcripts that its episodes link to. Subscribers see its title and the reason. If it was taken down before, only the reason changes.
 *
 * @throws UserError 400 for too long a reason, 404 for an unknown podcast
 */
export async function block(ctx: Context, { which, reason }: { which: Which; reason: string }): Promise<BlockResult> {
  if (reason.length > REASON_MAX) throw badParameter("reason", `over ${REASON_MAX} characters`);
  const podcastId = await findWhich(ctx.db, which);
  const row = await ctx.db.repeatable.transaction((tx) => takeDownPodcast(tx, { podcastId, reason }));
  if (row === undefined) throw notFound("podcast", podcastId);
  const result = { podcastId, ...row, numSubscribers: await tellSubscribers(ctx, podcastId) };
  ctx.log.info("Podcast blocked", { podcast_id: podcastId, num_subscribers: result.numSubscribers });
  return result;
}

/**
 * Ends a takedown: the podcast becomes visible and is due for a crawl. @throws UserError 404 if it is unknown, or was
 * not taken down
 */
export async function unblock(ctx: Context, { which }: { which: Which }): Promise<BlockResult> {
  const podcastId = await findWhich(ctx.db, which);
  const row = await ctx.db.once.transaction((tx) => putBackPodcast(tx, { podcastId }));
  if (row === undefined) throw notFoundGeneral(`podcast "${podcastId}" is not blocked`);
  const result = { podcastId, ...row, numSubscribers: await tellSubscribers(ctx, podcastId) };
  ctx.log.info("Podcast unblocked", { podcast_id: podcastId, num_subscribers: result.numSubscribers });
  return result;
}

/** One account at a time, like every change of accounts, so that no lock waits for all of them. */
async function tellSubscribers({ db }: Context, podcastId: number): Promise<number> {
  const accountIds = await listHolders(db, podcastId);
  for (const accountId of accountIds) await touchAccountPodcast(db, { accountId, podcastId });
  return accountIds.length;
}

type TitleRow = { title: string };

/**
 * Takes a podcast down, deletes its raw feeds, and ends any crawl in flight by changing its lease token. If it was
 * taken down before, only the reason changes. Call it in a transaction. @returns undefined for an unknown id
 */
async function takeDownPodcast(
  tx: Database,
  { podcastId, reason }: { podcastId: number; reason: string },
): Promise<TitleRow | undefined> {
  // Locks in the same order as storing a feed. Due at infinity, so that claims don't have to skip it.
  await tx.repeatable.execute(sql`
    update podcast_crawl set lease_token = lease_token + 1, lease_expires_at = null, due_at = 'infinity'
    where podcast_id = ${podcastId}::bigint`);
  const [row] = await tx.repeatable.execute<TitleRow>(sql`
    update podcast set taken_down_at = coalesce(taken_down_at, podcore_now()), taken_down_reason = ${reason}::text,
      updated_at = podcore_now()
    where id = ${podcastId}::bigint
    returning title`);
  await tx.repeatable.execute(sql`delete from podcast_feed_content where podcast_id = ${podcastId}::bigint`);
  for (const table of [episodeFile, transcript]) {
    await tx.repeatable.execute(sql`
      delete from ${table} where episode_id in (select id from episode where podcast_id = ${podcastId}::bigint)`);
  }
  return row;
}

/**
 * Ends a takedown: the podcast becomes visible and due. Clears its validators, since no raw feed is stored. Call it in
 * a transaction. @returns undefined if the podcast is unknown or was not taken down
 */
async function putBackPodcast(tx: Database, { podcastId }: { podcastId: number }): Promise<TitleRow | undefined> {
  await tx.repeatable.execute(sql`
    update podcast_crawl c set due_at = podcore_now(), etag = null, last_modified = null
    from podcast p where c.podcast_id = ${podcastId}::bigint and p.id = c.podcast_id and p.taken_down_at is not null
      and p.merged_at is null and exists (
        select from podcast_feed_location l where l.podcast_id = p.id and l.is_current)`);
  const [row] = await tx.repeatable.execute<TitleRow>(sql`
    update podcast set taken_down_at = null, taken_down_reason = null, updated_at = podcore_now()
    where id = ${podcastId}::bigint and taken_down_at is not null
    returning title`);
  return row;
}

/** Lists the accounts that have added or subscribed to a podcast. */
async function listHolders(db: Database, podcastId: number): Promise<number[]> {
  const rows = await db.repeatable.execute<{ account_id: string }>(sql`
    select account_id from account_podcast where podcast_id = ${podcastId}::bigint order by account_id`);
  return rows.map((row) => Number(row.account_id));
}

/** Marks an account's relation to a podcast as changed, so that its apps learn of it with their next sync. */
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
