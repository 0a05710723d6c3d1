import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import type { Database } from "../../db/pool.ts";
import type { Feed } from "../../feed/model.ts";
import type { Claim } from "../claim-due-podcasts.ts";
import { isOneShow, isStoredFirst } from "./compare-shows.ts";
import { findStoredShow } from "./find-stored-show.ts";
import { isOriginal } from "./original-feed.ts";
import { mergePodcasts } from "./podcast-merger.ts";

// Copies can claim one GUID in any number.
const NUM_TWINS = 5;
// As many failures in a row take about five days.
const NUM_FAILURES = 10;

/**
 * Merges other podcasts that are the same show as the feed that a crawl has just stored: the same podcast:guid, and most
 * episodes in common. The older podcast stays.
 *
 * A copy can have both, so it must never win. Nothing is merged if the older podcast's own feed is gone or has failed for
 * days, if it had the episodes later than the other one, or if only the other one's URL makes the GUID. `listQuarantined` shows equal GUIDs to the operator. Does
 * nothing for private podcasts.
 */
export async function run(ctx: Context, { claim, feed }: { claim: Claim; feed: Feed }): Promise<void> {
  const { podcastId, isPrivate } = claim;
  const { podcastGuid } = feed;
  if (isPrivate || podcastGuid === undefined) return;
  const isFirst = async (id: number) => isOriginal(ctx.db, { podcastId: id, podcastGuid });
  for (const twin of await listTwins(ctx.db, { podcastId, podcastGuid })) {
    const stored = await findStoredShow(ctx.db, twin.id);
    if (stored === undefined || !(await isOneShow(stored, feed))) continue;
    const isOlder = twin.id < podcastId;
    const own = await findStoredShow(ctx.db, podcastId);
    if (own === undefined || (isOlder && !twin.isAlive)) continue;
    const [older, newer] = isOlder ? [stored, own] : [own, stored];
    if (!(await isStoredFirst(older.episodes, newer.episodes))) continue;
    const [winnerId, loserId] = isOlder ? [twin.id, podcastId] : [podcastId, twin.id];
    if ((await isFirst(loserId)) && !(await isFirst(winnerId))) continue;
    const merged = await mergePodcasts(ctx, { winnerId, loserId });
    if (merged.kind === "merged" && loserId === podcastId) return;
  }
}

type Twin = { id: number; isAlive: boolean };

/** Lists public podcasts with the same podcast:guid, except those that an operator has unmerged from this one. */
async function listTwins(
  db: Database,
  { podcastId, podcastGuid }: { podcastId: number; podcastGuid: string },
): Promise<Twin[]> {
  const rows = await db.repeatable.execute<{ id: string; is_alive: boolean }>(sql`
    select p.id, c.num_failures < ${NUM_FAILURES}::int and c.gone_at is null and exists (
        select from podcast_feed_location l where l.podcast_id = p.id and l.is_current) as is_alive
    from podcast p join podcast_crawl c on c.podcast_id = p.id
    where p.podcast_guid = ${podcastGuid}::text and p.id <> ${podcastId}::bigint
      and not p.is_private and p.taken_down_at is null and p.merged_at is null
      and not exists (
        select from podcast_merge m where m.undone_at is not null
          and (m.loser_id, m.winner_id) in ((p.id, ${podcastId}::bigint), (${podcastId}::bigint, p.id)))
    order by p.id
    limit ${NUM_TWINS}::int`);
  return rows.map((row) => ({ id: Number(row.id), isAlive: row.is_alive }));
}
