import { type SQL, sql } from "drizzle-orm";
import { accountEpisode, accountPodcast, episode } from "../db/schema.ts";

/** What an `account_podcast` says of an account that is subscribed now. */
export function isSubscribed(): SQL {
  return sql`(${accountPodcast.subscribedAt} is not null and ${accountPodcast.unsubscribedAt} is null)`;
}

/**
 * An episode that came out since a week before the subscription began: whoever subscribes finds the newest one or two, and
 * not the whole archive.
 */
export function isSinceSubscription(): SQL {
  return sql`${episode.publishedAt} >= ${accountPodcast.subscribedAt} - interval '7 days'`;
}

/** An episode that is new to a subscriber: since the subscription, neither played nor started, and not asking to stay off lists. */
export function isNewToSubscriber(): SQL {
  return sql`(${isSinceSubscription()} and ${episode.isBlocked} = false and not exists (
    select from ${accountEpisode}
    where ${accountEpisode.accountId} = ${accountPodcast.accountId} and ${accountEpisode.episodeId} = ${episode.id}
      and ${isHeard()}))`;
}

/** What an `account_episode` says of an episode that was played or started. */
export function isHeard(): SQL {
  return sql`(${accountEpisode.isPlayed} or ${accountEpisode.positionSeconds} > 0)`;
}
