import { type SQL, sql } from "drizzle-orm";
import { HOSTER_RATES } from "../../fetch/feed-hosts.ts";

// A second between requests, and two at once: what an owner of one small server does not notice.
const RATE = 1;
const AT_ONCE = 2;
// With replies within half a second a hoster is asked at its full rate. One that is slower is asked less often, and one
// that hangs takes up a quarter of a tick's requests.
const AT_ONCE_SECONDS = 0.5;

/** Requests a second that a host usually takes. `host` is a column. */
export function rateOf(host: SQL): SQL {
  return sql`coalesce((${JSON.stringify(HOSTER_RATES)}::jsonb ->> ${host})::float8, ${RATE}::float8)`;
}

/** Requests at once that a host takes whose usual rate is `rate`. */
export function atOnceOf(rate: SQL): SQL {
  return sql`greatest(${AT_ONCE}::float8, ceil(${rate} * ${AT_ONCE_SECONDS}::float8))`;
}
