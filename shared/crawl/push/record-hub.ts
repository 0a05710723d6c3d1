import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Database } from "../../db/pool.ts";
import type { Hub } from "./choose-hub.ts";

// How soon a feed that names another hub can make podcore ask that one, too.
const CHANGE_HOURS = 1;

type Found = {
  podcastId: number;
  /** Undefined if the feed names none. */
  hub: Hub | undefined;
  /** The crawl has found an episode that no push had announced. */
  hasMissed: boolean;
};

/**
 * Records which hub a crawled feed names. The subscription is made, and that at another hub ended, by the next work tick.
 * Call it in the transaction that stores the feed.
 */
export async function recordHub(tx: Database, { podcastId, hub, hasMissed }: Found): Promise<void> {
  const isOther = sql`(hub_url, topic_url) is distinct from (${hub?.hubUrl ?? null}::text, ${hub?.topicUrl ?? null}::text)`;
  const isAsked = sql`(coalesce(lease_ends_at > podcore_now(), false) or coalesce(requested_at > ${anHourAgo()}, false))`;
  await tx.repeatable.execute(sql`
    with forgotten as (
      delete from podcast_push where podcast_id = ${podcastId}::bigint and is_wanted and ${isOther} and not ${isAsked}
    )
    update podcast_push set
      is_wanted = not ${isOther},
      next_attempt_at = case when ${isOther} then podcore_now() else next_attempt_at end,
      num_attempts = case when ${isOther} then 0 else num_attempts end,
      missed_at = case when ${hasMissed}::boolean and lease_ends_at > podcore_now() then podcore_now() else missed_at end
    where podcast_id = ${podcastId}::bigint and is_wanted and (${isOther} and ${isAsked} or ${hasMissed}::boolean and not ${isOther})`);
  if (hub !== undefined) await addHub(tx, { podcastId, hub });
}

/** Adds the hub that a feed names, unless one is known. */
export async function addHub(tx: Database, { podcastId, hub }: { podcastId: number; hub: Hub }): Promise<void> {
  const [token, secret] = [newSecret(), newSecret()];
  await tx.repeatable.execute(sql`
    insert into podcast_push (podcast_id, hub_url, topic_url, token, secret, next_attempt_at)
    select ${podcastId}::bigint, ${hub.hubUrl}::text, ${hub.topicUrl}::text, ${token}::text, ${secret}::text,
      podcore_now() + case when exists (
        select from podcast_push earlier where earlier.podcast_id = ${podcastId}::bigint and earlier.requested_at > ${anHourAgo()}
      ) then ${CHANGE_HOURS}::int else 0 end * interval '1 hour'
    on conflict (podcast_id) where is_wanted do nothing`);
}

function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

function anHourAgo() {
  return sql`podcore_now() - ${CHANGE_HOURS}::int * interval '1 hour'`;
}
