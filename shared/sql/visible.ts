import { and, eq, or, type SQL, sql } from "drizzle-orm";
import { episode, podcast } from "../db/schema.ts";

/**
 * A podcast that who asks may see, knowing its id. The one place that says what "private" hides: from all but its
 * subscribers and those who gave its feed's URL.
 */
export function isVisible(accountId: number | undefined): SQL {
  if (accountId === undefined) return eq(podcast.isPrivate, false);
  return sql`(${podcast.isPrivate} = false or exists (
    select from account_podcast held where held.podcast_id = ${podcast.id} and held.account_id = ${accountId}
      and (held.added_at is not null or held.subscribed_at is not null and held.unsubscribed_at is null)))`;
}

/** A podcast whose feed's URL who asks may see: that of a private one is its owner's secret. */
export function isFeedUrlVisible(accountId: number | undefined): SQL {
  if (accountId === undefined) return eq(podcast.isPrivate, false);
  return sql`(${podcast.isPrivate} = false or exists (
    select from account_podcast held
    where held.podcast_id = ${podcast.id} and held.account_id = ${accountId} and held.added_at is not null))`;
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
