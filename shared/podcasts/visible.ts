import { and, eq, or, type SQL, sql } from "drizzle-orm";
import { directoryPodcast, episode, podcast } from "../db/schema.ts";

/**
 * Podcasts that the caller may see. Only this file decides what is hidden: podcasts that were taken down or
 * merged into others, from everyone; private podcasts, from all but their subscribers and the accounts that added them by URL.
 */
export function isVisible(accountId: number | undefined): SQL {
  if (accountId === undefined) return sql`(${isAvailable()} and ${podcast.isPrivate} = false)`;
  return sql`(${isAvailable()} and (${podcast.isPrivate} = false or ${isHeldBy(accountId)}))`;
}

/** Podcasts whose feed URL the caller may see. A private feed's URL is visible only to accounts that added it. */
export function isFeedUrlVisible(accountId: number | undefined): SQL {
  if (accountId === undefined) return isVisible(accountId);
  return sql`(${isAvailable()} and (${podcast.isPrivate} = false or exists (
    select from account_podcast held
    where held.podcast_id = ${podcast.id} and held.account_id = ${accountId} and held.added_at is not null)))`;
}

/** For an account's own subscriptions: a subscriber sees every podcast that was neither taken down nor merged. */
export function isAvailable(): SQL {
  return sql`(${podcast.takenDownAt} is null and ${podcast.mergedAt} is null)`;
}

/**
 * Podcasts that were taken down and that the account has added or subscribed to. It sees their title and the reason.
 */
export function isTakenDownFor(accountId: number): SQL {
  return sql`(${podcast.takenDownAt} is not null and ${isHeldBy(accountId)})`;
}

/** Podcasts of a directory that may be shown: the one stored by its feed URL, or added from it, was not taken down. */
export function isOffered(): SQL {
  return sql`not exists (
    select from podcast hidden where hidden.id = ${storedIdOf()} and hidden.taken_down_at is not null)`;
}

/**
 * Id of the podcast that has the feed URL of a directory's podcast or, without one, of the podcast that was added from
 * it.
 */
export function storedIdOf(): SQL {
  return sql`coalesce(
    (select l.podcast_id from podcast_feed_location l where l.feed_url = ${directoryPodcast.feedUrl}),
    ${directoryPodcast.podcastId})`;
}

function isHeldBy(accountId: number): SQL {
  return sql`exists (
    select from account_podcast held where held.podcast_id = ${podcast.id} and held.account_id = ${accountId}
      and (held.added_at is not null or held.subscribed_at is not null and held.unsubscribed_at is null))`;
}

/** Podcasts for public lists: visible to everyone, and without itunes:block. */
export function isListed(): SQL | undefined {
  return and(isVisible(undefined), eq(podcast.isBlocked, false));
}

/**
 * Podcasts that a search may show to the caller: public ones, and private ones that the account may see. Private feeds
 * often set itunes:block, which is meant for public lists.
 */
export function isFound(accountId: number | undefined): SQL | undefined {
  if (accountId === undefined) return isListed();
  return or(isListed(), and(eq(podcast.isPrivate, true), isVisible(accountId)));
}

/** Episodes for public lists (itunes:block also applies to items). A blocked episode stays visible by its id. */
export function isEpisodeListed(): SQL {
  return eq(episode.isBlocked, false);
}
