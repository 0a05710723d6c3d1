import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import { rateOf, recovered } from "./host-limits.ts";

/**
 * Reserves the host's next turn, if it comes within `withinMs`. The crawl and other requests then come after it.
 *
 * @returns in how many milliseconds to make the request; undefined if the host is busy for longer, or pauses
 */
export async function takeHostTurn(
  db: Database,
  { host, withinMs }: { host: string; withinMs: number },
): Promise<number | undefined> {
  const rate = rateOf(sql`h.host`);
  const startsAt = sql`greatest(h.next_slot_at, h.paused_until, podcore_now())`;
  // A host without podcasts has ready_at = infinity.
  const [row] = await db.repeatable.execute<{ ms: number }>(sql`
    insert into crawl_host as h (host, ready_at, next_slot_at)
    select host, 'infinity', podcore_now() + 1 / ${rateOf(sql`host`)} * interval '1 second' from (values (${host}::text)) asked (host)
    on conflict (host) do update set
      next_slot_at = ${startsAt} + ${recovered(sql`h.slowness`)} / ${rate} * interval '1 second',
      slowness = ${recovered(sql`h.slowness`)}
      where ${startsAt} <= podcore_now() + ${withinMs}::bigint * interval '1 millisecond'
    returning extract(epoch from next_slot_at - slowness / ${rate} * interval '1 second' - podcore_now())::float8 * 1000 as ms`);
  return row && Math.max(0, row.ms);
}
