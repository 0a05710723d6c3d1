import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import type { Database } from "../../db/pool.ts";
import { notFoundGeneral, UserError } from "../../errors.ts";
import { unmergeListening } from "./merge-listening.ts";
import { lockShows, NO_MOVE, type Pair } from "./podcast-merger.ts";

/**
 * Undoes a merge: the loser is shown again, with its feed URLs, its episodes and what its listeners did with it. What
 * listeners have changed since stays with the winner. The two are never merged again without an operator.
 *
 * @throws UserError 404 if the podcast is not merged, its month is over, or the winner was removed; 409 if the winner was itself merged or taken
 * down
 */
export async function run(ctx: Context, { loserId }: { loserId: number }): Promise<Pair> {
  const pair = await ctx.db.once.transaction((tx) => unmerge(tx, loserId));
  ctx.log.info("Merge of podcasts undone", { winner_id: pair.winnerId, loser_id: loserId });
  return pair;
}

async function unmerge(tx: Database, loserId: number): Promise<Pair> {
  const [merge] = await tx.once.execute<{ winner_id: string }>(sql`
    select winner_id from podcast_merge where loser_id = ${loserId}::bigint and undone_at is null`);
  const winnerId = Number(merge?.winner_id);
  const shows = merge === undefined ? undefined : await lockShows(tx, [winnerId, loserId]);
  // Another call may have undone it while this one waited for the lock.
  if (shows?.get(loserId)?.isMerged !== true)
    throw notFoundGeneral(`podcast "${loserId}" is not merged, or was deleted a month after its merge`);
  const winner = shows.get(winnerId);
  if (winner === undefined)
    throw notFoundGeneral(`podcast "${winnerId}", which podcast "${loserId}" was merged into, was removed`);
  // Unmerging would show what was taken down.
  if (winner.isTakenDown)
    throw new UserError(409, `Cannot unmerge podcast "${loserId}": podcast "${winnerId}" is taken down`);
  if (winner.isMerged)
    throw new UserError(409, `Cannot unmerge podcast "${loserId}": unmerge podcast "${winnerId}" first`);
  await lockListenersOf(tx, loserId);
  await unmergeListening(tx, { loserId });
  await restoreEpisodes(tx, loserId);
  await restoreAddresses(tx, { winnerId, loserId });
  await show(tx, loserId);
  return { winnerId, loserId };
}

/** Locks all accounts whose rows are restored, by id. */
async function lockListenersOf(tx: Database, loserId: number): Promise<void> {
  await tx.once.execute(sql`
    select from account where id in (
      select held.account_id from podcast_merge_row r join account_podcast held on held.id = r.row_id
      where r.loser_id = ${loserId}::bigint and r.subject = 'account_podcast'
      union
      select held.account_id from podcast_merge_row r join account_episode held on held.id = r.row_id
      where r.loser_id = ${loserId}::bigint and r.subject = 'account_episode'
    ) order by id for no key update`);
}

/**
 * Gives the loser its episodes back. Those that the winner's feed does not list are marked by now, but the loser's lists
 * them: if it has not changed, no crawl would correct the mark. Merges of older versions have not recorded it.
 */
async function restoreEpisodes(tx: Database, loserId: number): Promise<void> {
  await tx.once.execute(sql`
    update episode e set podcast_id = ${loserId}::bigint, updated_at = podcore_now(),
      absent_since = case when r.before is null then e.absent_since else (r.before->>'absent_since')::timestamptz end
    from podcast_merge_row r
    where r.loser_id = ${loserId}::bigint and r.subject = 'episode' and r.row_id = e.id`);
}

/**
 * Gives both podcasts the URLs that they had. URLs that the winner has got since stay with it, and none of them is
 * current: the one from before the merge is.
 */
async function restoreAddresses(tx: Database, { winnerId, loserId }: Pair): Promise<void> {
  await tx.once.execute(sql`
    update podcast_feed_location set is_current = false where podcast_id = ${winnerId}::bigint and is_current`);
  await tx.once.execute(sql`
    update podcast_feed_location l
    set podcast_id = (r.before->>'podcast_id')::bigint, is_current = (r.before->>'is_current')::boolean
    from podcast_merge_row r
    where r.loser_id = ${loserId}::bigint and r.subject = 'feed_location' and l.id = r.row_id`);
  await tx.once.execute(sql`
    update directory_podcast set podcast_id = ${loserId}::bigint
    where id in (
      select row_id from podcast_merge_row where loser_id = ${loserId}::bigint and subject = 'directory_podcast')`);
  // Either may be asked at another URL now: neither its validators nor its host are that one's. The crawl tick fills the
  // host in.
  await tx.once.execute(sql`
    update podcast_crawl c set host = null, etag = null, last_modified = null, ${NO_MOVE},
      due_at = case when exists (
        select from podcast_feed_location l where l.podcast_id = c.podcast_id and l.is_current
      ) then podcore_now() else 'infinity' end
    where podcast_id in (${winnerId}::bigint, ${loserId}::bigint)`);
}

async function show(tx: Database, loserId: number): Promise<void> {
  await tx.once.execute(sql`
    update podcast set merged_at = null, updated_at = podcore_now() where id = ${loserId}::bigint`);
  await tx.once.execute(sql`
    update podcast_merge set undone_at = podcore_now() where loser_id = ${loserId}::bigint`);
  await tx.once.execute(sql`delete from podcast_merge_row where loser_id = ${loserId}::bigint`);
}
