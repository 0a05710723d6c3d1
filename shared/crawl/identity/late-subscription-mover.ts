import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { mergeSubscriptions } from "./merge-listening.ts";
import { lockListeners, lockShows, type Pair } from "./podcast-merger.ts";

// Few merges have any. The next tick, minutes later, moves what is left.
const BATCH_SIZE = 100;

/**
 * Moves subscriptions to podcasts that are merged: those that were made while the merge had read the listeners and was not
 * committed yet. Nobody can subscribe to a merged podcast later. Locking the podcast in each subscription instead would
 * take the locks of accounts and podcasts in the opposite order of a merge.
 */
export async function run(ctx: Context): Promise<void> {
  const pairs = await ctx.db.repeatable.execute<{ winner_id: string; loser_id: string }>(sql`
    select m.winner_id, m.loser_id
    from podcast p join podcast_merge m on m.loser_id = p.id and m.undone_at is null join podcast w on w.id = m.winner_id
    where p.merged_at is not null and exists (
      select from account_podcast held
      where held.podcast_id = p.id and held.subscribed_at is not null and held.unsubscribed_at is null)
    order by p.id limit ${BATCH_SIZE}::int`);
  for (const pair of pairs) await move(ctx, { winnerId: Number(pair.winner_id), loserId: Number(pair.loser_id) });
}

async function move(ctx: Context, { winnerId, loserId }: Pair): Promise<void> {
  await ctx.db.repeatable.transaction(async (tx) => {
    const shows = await lockShows(tx, [winnerId, loserId]);
    // Undone, or removed, in the meantime.
    if (shows.get(loserId)?.isMerged !== true || !shows.has(winnerId)) return;
    await lockListeners(tx, loserId);
    await mergeSubscriptions(tx, { winnerId, loserId, isLate: true });
  });
  ctx.log.info("Late subscriptions moved", { winner_id: winnerId, loser_id: loserId });
}
