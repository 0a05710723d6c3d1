import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { atOnceOf, numLeasedOf, rateOf, recovered } from "./hosts/host-limits.ts";
import {
  type Claim,
  type ClaimRow,
  LEASE_SECONDS,
  leasePodcasts,
  postponeUnclaimable,
  toClaim,
} from "./lease-podcasts.ts";

export { type Claim, LEASE_SECONDS } from "./lease-podcasts.ts";

// Requests to a hoster are claimed for a quarter second at a time: few statements, and few claims that wait for their
// turn. Also after how long a host that is busy is looked at again.
const CLAIMED_SECONDS = 0.25;

/**
 * Claims up to `limit` podcasts that are due and not leased, of as many hosts as possible: of each only what it may be
 * asked for now, and the host that has waited longest first. So no host's backlog delays another's, and a row is read
 * only if it is claimed. Suspects are left to `claimSuspectPodcast`.
 *
 * SKIP LOCKED lets any number of crawlers claim at once without waiting for each other. All other statements lock a
 * podcast before its host, and this one waits for no lock, so there are no deadlocks.
 */
export async function claimDuePodcasts(db: Database, { limit }: { limit: number }): Promise<Claim[]> {
  // Some hosts are visited in vain, such as those whose claim of half a minute ago has ended since.
  for (let numHosts = limit; ; numHosts *= 2) {
    const { numVisited, claims } = await claimOfReadyHosts(db, { limit, numHosts });
    if (claims.length > 0 || numVisited === 0) return claims;
  }
}

type Row = { num_visited: number } & (ClaimRow | { podcast_id: null });

type Visit = { limit: number; numHosts: number };
async function claimOfReadyHosts(
  db: Database,
  { limit, numHosts }: Visit,
): Promise<{ numVisited: number; claims: Claim[] }> {
  // Between this statement's snapshot and its lock of a host, another transaction may have made a podcast of it due, or
  // claimed one. The snapshot does not show that, but the host's row has another xmin: it is left for the next look.
  const rows = await db.once.execute<Row>(sql`
    with host as materialized (
      select h.host, h.ready_at, h.next_slot_at, h.paused_until, h.xmin as version,
        ${rateOf(sql`h.host`)} as usual_rate, h.slowness
      from crawl_host h
      where h.ready_at <= podcore_now()
      order by h.ready_at
      limit ${numHosts}::int
      for update skip locked
    ), room as materialized (
      select h.*, is_current, h.usual_rate / h.slowness as rate,
        case when not is_current or greatest(h.next_slot_at, h.paused_until) > podcore_now() then 0
          else greatest(0, least(
            floor(h.usual_rate / h.slowness * ${CLAIMED_SECONDS}::float8) + 1,
            ${atOnceOf(sql`h.usual_rate`)} - ${numLeasedOf(sql`h.host`)}
          ))::int end as num_free
      from host h join crawl_host seen using (host) cross join lateral (select h.version = seen.xmin as is_current) snapshot
    ), found as materialized (
      select room.host, room.ready_at, room.rate, due.podcast_id, due.claimable_at
      from room cross join lateral (
        select c.podcast_id, ${CLAIMABLE_AT} as claimable_at from podcast_crawl c
        where c.host = room.host and ${CLAIMABLE_AT} <= podcore_now()
        order by ${CLAIMABLE_AT}
        limit room.num_free
        for update skip locked
      ) due
    ), picked as materialized (
      select chosen.host, chosen.podcast_id,
        1000 / chosen.rate * (row_number() over (partition by chosen.host order by chosen.place) - 1) as starts_in_ms
      from (
        select found.*, row_number() over (order by found.ready_at, found.host, found.claimable_at, found.podcast_id) as place
        from found
      ) chosen
      where chosen.place <= ${limit}::int
    ), visited as materialized (
      select room.*, coalesce(own.ids, '{}') as ids
      from room left join (select host, array_agg(podcast_id) as ids from picked group by host) own using (host)
      where own.host is not null or not exists (select from found where found.host = room.host)
    ), moved as (
      update crawl_host h set
        next_slot_at = v.next_slot_at,
        slowness = ${recovered(sql`h.slowness`, sql`cardinality(v.ids)`)},
        ready_at = greatest(v.next_slot_at, v.paused_until, v.awaited_at,
          podcore_now() + ${CLAIMED_SECONDS}::float8 * interval '1 second')
      from (
        select visited.host, visited.ids, visited.paused_until,
          case when cardinality(visited.ids) = 0 then visited.next_slot_at
            else podcore_now() + cardinality(visited.ids) / visited.rate * interval '1 second' end as next_slot_at,
          case when not visited.is_current then podcore_now() else least(
            coalesce((
              select ${CLAIMABLE_AT} from podcast_crawl c
              where c.host = visited.host and c.podcast_id <> all(visited.ids)
              order by ${CLAIMABLE_AT}
              limit 1), 'infinity'),
            case when cardinality(visited.ids) > 0 then podcore_now() + ${LEASE_SECONDS}::int * interval '1 second' end
          ) end as awaited_at
        from visited
      ) v
      where h.host = v.host
    ), postponed as (${postponeUnclaimable()}), leased as (${leasePodcasts()})
    select (select count(*) from visited)::int as num_visited, leased.*
    from (values (1)) always left join leased on true
    order by leased.starts_in_ms, leased.podcast_id`);
  const claims = rows.flatMap((row) => (row.podcast_id === null ? [] : [toClaim(row)]));
  return { numVisited: rows[0]?.num_visited ?? 0, claims };
}

// As in the index.
const CLAIMABLE_AT = sql`podcast_claimable_at(c.due_at, c.lease_expires_at, c.num_unfinished)`;
