import { sql } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import type { Database } from "../db/pool.ts";
import { accountPodcast, episode, podcast } from "../db/schema.ts";
import { isAvailable } from "../podcasts/visible.ts";
import { isNewToSubscriber, isSubscribed } from "./subscribed.ts";

/** Counts stop here: beyond a hundred new episodes the exact number does not matter. */
export const NUM_NEW_MAX = 100;

/**
 * Counts new episodes of subscriptions, by podcast id, up to `NUM_NEW_MAX` each. Podcasts without a subscription, or
 * that were taken down, have no entry.
 */
export async function countNewEpisodes(
  db: Database,
  { accountId, podcastIds }: { accountId: number; podcastIds: number[] },
): Promise<Map<number, number>> {
  const rows = await db.repeatable.execute<{ podcast_id: string; num_new: number }>(sql`
    select ${accountPodcast.podcastId}, (
      select count(*)::int from (
        select from ${episode}
        where ${episode.podcastId} = ${podcast.id} and ${isNewToSubscriber()}
        limit ${NUM_NEW_MAX}::int
      ) counted
    ) as num_new
    from ${accountPodcast} join ${podcast} on ${podcast.id} = ${accountPodcast.podcastId}
    where ${accountPodcast.accountId} = ${accountId}::bigint and ${isAnyOf(accountPodcast.podcastId, podcastIds)}
      and ${isSubscribed()} and ${isAvailable()}`);
  return new Map(rows.map((row) => [Number(row.podcast_id), row.num_new]));
}
