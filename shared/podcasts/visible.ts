import { and, eq, or, type SQL, sql } from "drizzle-orm";
import { directoryPodcast, episode, podcast } from "../db/schema.ts";

/**
 * A podcast that the caller may see, knowing its id. This file is the one place that says what is hidden: a podcast that the
 * operator took down from everybody; a private one from all but its subscribers and those who gave its feed's URL.
 */
export function isVisible(accountId: number | undefined): SQL {
  if (accountId === undefined) return sql`(${isNotTakenDown()} and ${podcast.isPrivate} = false)`;
  return sql`(${isNotTakenDown()} and (${podcast.isPrivate} = false or ${isHeldBy(accountId)}))`;
}

/** A podcast whose feed's URL the caller may see. A private feed's URL is visible only to accounts that gave it. */
export function isFeedUrlVisible(accountId: number | undefined): SQL {
  if (accountId === undefined) return isVisible(accountId);
  return sql`(${isNotTakenDown()} and (${podcast.isPrivate} = false or exists (
    select from account_podcast held
    where held.podcast_id = ${podcast.id} and held.account_id = ${accountId} and held.added_at is not null)))`;
}

/** For lists of what an account is subscribed to: a subscriber sees all but what was taken down. */
export function isNotTakenDown(): SQL {
  return sql`${podcast.takenDownAt} is null`;
}

/** A podcast that was taken down, and whose subscribers and adders are told so. They see its title and the reason. */
export function isTakenDownFor(accountId: number): SQL {
  return sql`(${podcast.takenDownAt} is not null and ${isHeldBy(accountId)})`;
}

/** A directory's podcast that may be shown: the one stored under its feed URL, or added from it, was not taken down. */
export function isOffered(): SQL {
  return sql`not exists (
    select from podcast hidden where hidden.id = ${storedIdOf()} and hidden.taken_down_at is not null)`;
}

/** The id of the podcast that is stored under the feed URL of a directory's podcast, else of the one that was added from it. */
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

/** A podcast that may stand on public lists: seen by everybody, and not asking to stay off them. */
export function isListed(): SQL | undefined {
  return and(isVisible(undefined), eq(podcast.isBlocked, false));
}

/**
 * A podcast that a search shows to who asks: one that may stand on public lists, or a private one that the account may
 * see. That the feed of such a one asks to stay off lists, as most do, is meant for other people's.
 */
export function isFound(accountId: number | undefined): SQL | undefined {
  if (accountId === undefined) return isListed();
  return or(isListed(), and(eq(podcast.isPrivate, true), isVisible(accountId)));
}

/** An episode that may stand on public lists (itunes:block is for items, too). Who knows its id may see it. */
export function isEpisodeListed(): SQL {
  return eq(episode.isBlocked, false);
}
