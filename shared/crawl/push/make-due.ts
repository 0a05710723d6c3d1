import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";

/** How long a fetch counts as having seen what a push announces. Later pushes of that time are answered by one fetch. */
export const COALESCED_SECONDS = 60;
// After a failed crawl: as long as the shortest back-off.
const FAILED_SECONDS = 10 * 60;
// Hosts with a longer queue are left to the crawl tick, so that a flood of pushes makes no flood of jobs.
const MAX_QUEUE_SECONDS = 3;

/**
 * Makes a podcast due because somebody says that its feed has changed: now, or a minute after the last crawl. If it is
 * being crawled, that crawl makes it due again when it ends, so that no push is lost. Does not shorten the wait that a
 * host has asked for after an error. Writes nothing if an earlier push has done the same.
 *
 * @returns true if it is due now, its host can soon be asked, and no earlier push has had the same answer
 */
export async function makeDueByPush(db: Database, podcastId: number): Promise<boolean> {
  const isHeld = sql`coalesce(c.lease_expires_at > podcore_now(), false)`;
  const at = sql`greatest(podcore_now(), c.last_attempted_at
    + case when c.num_failures = 0 then ${COALESCED_SECONDS}::int else ${FAILED_SECONDS}::int end * interval '1 second')`;
  // By a second: of pushes at once, one does it.
  const isSooner = sql`(not ${isHeld} and c.due_at > ${at} + interval '1 second' and c.due_at < 'infinity' and c.num_unfinished = 0
    and coalesce(c.due_reason, '') not in ('retry-after', 'rate-limited', 'gone'))`;
  // The first since the last crawl, or since the podcast became due.
  const isFirst = sql`coalesce(c.pushed_at <= c.last_attempted_at or c.pushed_at < c.due_at and c.due_at <= podcore_now(), true)`;
  const [row] = await db.repeatable.execute<{ is_now: boolean }>(sql`
    update podcast_crawl c set
      pushed_at = podcore_now(),
      due_at = case when ${isSooner} then ${at} else c.due_at end,
      due_reason = case when ${isSooner} then 'push' else c.due_reason end
    where c.podcast_id = ${podcastId}::bigint and (${isHeld} or ${isSooner} or ${isFirst})
    returning c.due_at <= podcore_now() and not ${isHeld} and not exists (
      select from crawl_host h where h.host = c.host
        and greatest(h.next_slot_at, h.paused_until) > podcore_now() + ${MAX_QUEUE_SECONDS}::int * interval '1 second'
    ) as is_now`);
  return row?.is_now ?? false;
}
