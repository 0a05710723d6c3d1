import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import { hostKeyOf } from "../../fetch/feed-hosts.ts";
import { rateOf, setWithoutTurn } from "./host-limits.ts";

/**
 * Counts a request that is about to be made for a feed that is not stored, so that the host's next turn comes after it.
 *
 * @returns for how many more seconds the host pauses; undefined if it does not
 */
export async function takeHostSlot(db: Database, feedUrl: string): Promise<number | undefined> {
  // A host without podcasts has ready_at = infinity.
  const [row] = await db.repeatable.execute<{ seconds: number | null }>(sql`
    insert into crawl_host as h (host, ready_at, next_slot_at)
    select host, 'infinity', podcore_now() + 1 / ${rateOf(sql`host`)} * interval '1 second' from (values (${hostKeyOf(feedUrl)}::text)) asked (host)
    on conflict (host) do update set ${setWithoutTurn()}
    returning case when paused_until > podcore_now() then ceil(extract(epoch from paused_until - podcore_now()))::int end as seconds`);
  return row?.seconds ?? undefined;
}
