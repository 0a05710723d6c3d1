import { type SQL, sql } from "drizzle-orm";
import { HOSTER_RATES } from "../../fetch/feed-hosts.ts";

// A second between requests, and two at once: what an owner of one small server does not notice.
const RATE = 1;
const AT_ONCE = 2;
// With replies within half a second a hoster is asked at its full rate. One that is slower is asked less often, and one
// that hangs takes up a quarter of a tick's requests.
const AT_ONCE_SECONDS = 0.5;
// Of the slowness after each request: from 120 to 1 in 45 requests.
const RECOVERY = 0.9;

/** Requests a second that a host usually takes. `host` is a column. */
export function rateOf(host: SQL): SQL {
  return sql`coalesce((${JSON.stringify(HOSTER_RATES)}::jsonb ->> ${host})::float8, ${RATE}::float8)`;
}

/** Requests at once that a host takes whose usual rate is `rate`. */
export function atOnceOf(rate: SQL): SQL {
  return sql`greatest(${AT_ONCE}::float8, ceil(${rate} * ${AT_ONCE_SECONDS}::float8))`;
}

/** How many requests are under way to `host`, a column, by the leases of its podcasts. */
export function numLeasedOf(host: SQL): SQL {
  return sql`(select count(*) from podcast_crawl held where held.host = ${host} and held.lease_expires_at > podcore_now())`;
}

/** A host's slowness after `num` more requests, without another refusal. */
export function recovered(slowness: SQL, num = sql`1`): SQL {
  return sql`greatest(1, ${slowness} * ${RECOVERY}::float8 ^ ${num})`;
}

/**
 * The columns of the host `h` that change with a request that waits for no turn, because somebody waits for its result.
 * The next turn comes no later than usual, however slow the host is: otherwise a few such requests would leave no turn to
 * the crawl. A pause stays as it is.
 */
export function setWithoutTurn(): SQL {
  return sql`
    next_slot_at = greatest(h.next_slot_at, podcore_now() + 1 / ${rateOf(sql`h.host`)} * interval '1 second'),
    slowness = case when h.paused_until > podcore_now() then h.slowness else ${recovered(sql`h.slowness`)} end`;
}
