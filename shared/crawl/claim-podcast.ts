import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { atOnceOf, numLeasedOf, rateOf, recovered, setWithoutTurn } from "./hosts/host-limits.ts";
import { type Claim, type ClaimRow, leasePodcasts, postponeUnclaimable, toClaim } from "./lease-podcasts.ts";

// Any crawler may be killed once. A feed during which two in a row ended may be the cause.
const NUM_UNFINISHED_OF_SUSPECT = 2;
const IS_SUSPECT = sql`c.num_unfinished + (c.lease_expires_at is not null)::int >= ${NUM_UNFINISHED_OF_SUSPECT}::int`;

type Params = {
  podcastId: number;
  /** If false, the claim makes no request: it neither waits for the host's pause nor counts as a request. */
  asksHost?: boolean;
  /** The caller has taken the host's turn (`takeHostTurn`). Then the claim keeps to the host's requests at once, too. */
  hasTurn?: boolean;
};

/**
 * Claims one podcast, due or not, unless it is leased or a suspect, was taken down, or its host pauses. Without
 * `hasTurn` it waits for no slot of its host, because somebody waits for the result, but uses one up.
 */
export async function claimPodcast(
  db: Database,
  { podcastId, asksHost = true, hasTurn = false }: Params,
): Promise<Claim | undefined> {
  const isPaused = sql`${asksHost}::boolean and exists (
    select from crawl_host h where h.host = c.host and h.paused_until > podcore_now())`;
  const isFull = sql`${hasTurn}::boolean and ${numLeasedOf(sql`c.host`)} >= ${atOnceOf(rateOf(sql`c.host`))}`;
  return claimOne(db, {
    wanted: sql`c.podcast_id = ${podcastId}::bigint and not (${IS_SUSPECT}) and not (${isPaused}) and not (${isFull})`,
    set: asksHost && !hasTurn ? setWithoutTurn() : undefined,
  });
}

/** Claims the suspect that is due longest and whose host has a free slot: two crawlers in a row ended during its crawl. */
export async function claimSuspectPodcast(db: Database): Promise<Claim | undefined> {
  const isBusy = sql`exists (
    select from crawl_host h where h.host = c.host and greatest(h.next_slot_at, h.paused_until) > podcore_now())`;
  // num_unfinished > 0: so that the index of these few podcasts is used.
  const wanted = sql`c.due_at <= podcore_now() and c.num_unfinished > 0 and ${IS_SUSPECT} and not ${isBusy}`;
  const set = sql`
    next_slot_at = greatest(h.next_slot_at, podcore_now() + h.slowness / ${rateOf(sql`h.host`)} * interval '1 second'),
    slowness = ${recovered(sql`h.slowness`)}`;
  return claimOne(db, { wanted, set });
}

/** `set`: what changes about its host; nothing if undefined. */
type Wanted = { wanted: SQL; set: SQL | undefined };
async function claimOne(db: Database, { wanted, set }: Wanted): Promise<Claim | undefined> {
  const [row] = await db.once.execute<ClaimRow>(sql`
    with picked as materialized (
      select c.podcast_id, c.host, 0::float8 as starts_in_ms from podcast_crawl c
      where ${wanted} and (c.lease_expires_at is null or c.lease_expires_at <= podcore_now())
      order by c.due_at
      limit 1
      for update skip locked
    ), ${set === undefined ? sql`` : sql`moved as (update crawl_host h set ${set} from picked where h.host = picked.host),`}
    postponed as (${postponeUnclaimable()}), leased as (${leasePodcasts()})
    select * from leased`);
  return row === undefined ? undefined : toClaim(row);
}
