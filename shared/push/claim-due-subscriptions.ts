import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/** What is to be asked of a hub. `drop`: nothing, the subscription has ended. */
export type SubscriptionClaim = {
  id: number;
  podcastId: number;
  hubUrl: string;
  topicUrl: string;
  token: string;
  secret: string;
  ask: "subscribe" | "unsubscribe" | "drop" | "nothing";
};
type Row = {
  id: string;
  podcast_id: string;
  hub_url: string;
  topic_url: string;
  token: string;
  secret: string;
  is_kept: boolean;
  is_wanted: boolean;
  is_live: boolean;
  num_attempts: number;
};

// The first hour and the days between later attempts cost a hub that does not answer next to nothing.
const FIRST_BACKOFF_HOURS = 1;
const MAX_BACKOFF_HOURS = 7 * 24;
// A hub that does not end a subscription is told by the 410 that answers its next push.
const MAX_UNSUBSCRIBES = 3;
const LOOPBACK = "^https?://(localhost|127(\\.\\d+){3}|\\[::1\\])(:|/|$)";

/**
 * Claims up to `limit` subscriptions of which something is due. The claim itself sets the next attempt, an hour later, two
 * hours after that, and so on up to a week: what a killed worker has left is tried again, and a hub that never verifies is
 * asked ever less. A verification replaces that.
 *
 * @param options.onlyLoopback only hubs on this computer
 */
export async function claimDueSubscriptions(
  db: Database,
  { limit, onlyLoopback }: { limit: number; onlyLoopback: boolean },
): Promise<SubscriptionClaim[]> {
  const rows = await db.once.execute<Row>(sql`
    with due as (
      select id from podcast_push
      where next_attempt_at <= podcore_now() and (not ${onlyLoopback}::boolean or hub_url ~ ${LOOPBACK}::text)
      order by next_attempt_at
      limit ${limit}::int
      for update skip locked
    )
    update podcast_push s set
      requested_at = podcore_now(), num_attempts = s.num_attempts + 1, last_error = null,
      next_attempt_at = podcore_now() + least(${MAX_BACKOFF_HOURS}::float8, ${FIRST_BACKOFF_HOURS}::float8 * 2 ^ least(s.num_attempts, 10))
        * (0.9 + random() * 0.2) * interval '1 hour'
    from due, podcast p
    where s.id = due.id and p.id = s.podcast_id
    returning s.id, s.podcast_id, s.hub_url, s.topic_url, s.token, s.secret, s.is_wanted, s.num_attempts,
      ${isKept()} as is_kept, coalesce(s.lease_ends_at > podcore_now(), false) as is_live`);
  return rows.map((row) => ({
    id: Number(row.id),
    podcastId: Number(row.podcast_id),
    hubUrl: row.hub_url,
    topicUrl: row.topic_url,
    token: row.token,
    secret: row.secret,
    ask: askOf(row),
  }));
}

/**
 * A condition on `podcast_push s` and its `podcast p`: the feed names the hub, and the podcast is public, and neither taken
 * down nor merged. A private feed's URL is not told to a hub.
 */
export function isKept() {
  return sql`(s.is_wanted and p.taken_down_at is null and p.merged_at is null and not p.is_private)`;
}

function askOf({ is_kept, is_wanted, is_live, num_attempts }: Row): SubscriptionClaim["ask"] {
  if (is_kept) return "subscribe";
  if (is_live && num_attempts <= MAX_UNSUBSCRIBES) return "unsubscribe";
  // That of a podcast which is hidden comes back with the podcast.
  return is_wanted ? "nothing" : "drop";
}
