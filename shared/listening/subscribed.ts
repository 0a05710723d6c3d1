import { type SQL, sql } from "drizzle-orm";
import { newUntil } from "../db/schema/new-until.ts";
import { accountEpisode, accountPodcast, episode } from "../db/schema.ts";
import { isEpisodeListed } from "../podcasts/visible.ts";

/** True for an `account_podcast` row with a current subscription. */
export function isSubscribed(): SQL {
  return sql`(${accountPodcast.subscribedAt} is not null and ${accountPodcast.unsubscribedAt} is null)`;
}

/**
 * True for episodes that have arrived since the subscription began, whatever their date says, and for those published in
 * the week before. A new subscriber finds the last week's episodes, not the whole archive. An index has this expression.
 */
export function isSinceSubscription(): SQL {
  return sql`${newUntil(episode)} >= ${accountPodcast.subscribedAt} at time zone 'UTC'`;
}

/**
 * True for episodes that are new to a subscriber: arrived since the subscription, neither played nor started, and without
 * itunes:block.
 */
export function isNewToSubscriber(): SQL {
  return sql`(${isSinceSubscription()} and ${isEpisodeListed()} and not exists (
    select from ${accountEpisode}
    where ${accountEpisode.accountId} = ${accountPodcast.accountId} and ${accountEpisode.episodeId} = ${episode.id}
      and ${isHeard()}))`;
}

/** True for an `account_episode` row of an episode that was played or started. */
export function isHeard(): SQL {
  return sql`(${accountEpisode.isPlayed} or ${accountEpisode.positionSeconds} > 0)`;
}
