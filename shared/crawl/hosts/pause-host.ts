import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import { rateOf } from "./host-limits.ts";

const MINUTE_MS = 60_000;
// A host may ask for a week for one feed. Its other feeds should not stand still for so long.
const MAX_PAUSE_MS = 60 * MINUTE_MS;
// After a 429 that does not say how long to wait.
const DEFAULT_PAUSE_MS = 5 * MINUTE_MS;
// After a pause: two minutes between requests, or twelve seconds to a hoster that takes ten a second.
const SLOWNESS = 120;
const MAX_SLOWNESS = 600;

/**
 * Pauses a host that has asked podcore to wait. Afterwards it is asked more slowly; the claims that follow without
 * another refusal lead back to the usual rate. A further refusal during the pause only extends it: requests may have been
 * under way.
 */
export async function pauseHost(
  db: Database,
  { host, retryAfterMs = DEFAULT_PAUSE_MS }: { host: string; retryAfterMs: number | undefined },
): Promise<void> {
  const pauseMs = Math.min(retryAfterMs, MAX_PAUSE_MS);
  // A host without podcasts has ready_at = infinity.
  await db.repeatable.execute(sql`
    insert into crawl_host as h (host, ready_at, next_slot_at, paused_until, slowness)
    values (${host}::text, 'infinity', podcore_now() + ${pauseMs}::bigint * interval '1 millisecond',
      podcore_now() + ${pauseMs}::bigint * interval '1 millisecond', ${SLOWNESS}::float8)
    on conflict (host) do update set
      paused_until = greatest(h.paused_until, excluded.paused_until),
      next_slot_at = greatest(h.next_slot_at, excluded.paused_until, podcore_now() + ${SLOWNESS}::float8 / ${rateOf(sql`h.host`)} * interval '1 second'),
      ready_at = greatest(h.ready_at, excluded.paused_until),
      slowness = case when h.paused_until > podcore_now() then h.slowness
        else least(${MAX_SLOWNESS}::float8, greatest(${SLOWNESS}::float8, h.slowness * 2)) end`);
}
