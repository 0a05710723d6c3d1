import { sql } from "drizzle-orm";
import { podcastCrawl, podcastFeedLocation, podcastQuarantine } from "../db/schema.ts";

/** What a podcast's listeners see of its crawl. It names no URL and repeats nothing that a host has sent. */
export type CrawlState = {
  /** When the feed was last requested, with or without success. */
  checkedAt: Date | null;
  /** When it will be requested next; in the past if it is due. Null if it is not crawled. */
  nextCheckAt: Date | null;
  isDue: boolean;
  /** What is wrong with the feed, as a sentence; null if nothing is. */
  trouble: string | null;
};

type Row = {
  checkedAt: Date | null;
  nextCheckAt: Date | null;
  isDue: boolean | null;
  numFailures: number | null;
  lastStatus: number | null;
  hollowSince: Date | null;
  hasFeedUrl: boolean;
  isQuarantined: boolean;
};

/**
 * Columns of podcast_crawl, podcast_feed_location (the current one) and podcast_quarantine (the open one) for
 * `toCrawlState`.
 */
export const CRAWL_STATE = {
  checkedAt: podcastCrawl.lastAttemptedAt,
  nextCheckAt: sql`case when isfinite(${podcastCrawl.dueAt}) then ${podcastCrawl.dueAt} end`.mapWith(
    podcastCrawl.dueAt,
  ),
  isDue: sql<boolean | null>`${podcastCrawl.dueAt} <= podcore_now()`,
  numFailures: podcastCrawl.numFailures,
  lastStatus: podcastCrawl.lastStatus,
  hollowSince: podcastCrawl.hollowSince,
  hasFeedUrl: sql<boolean>`${podcastFeedLocation.id} is not null`,
  isQuarantined: sql<boolean>`${podcastQuarantine.id} is not null`,
};

/** Makes what listeners see from a row of `CRAWL_STATE`. */
export function toCrawlState(row: Row): CrawlState {
  const { checkedAt, nextCheckAt, isDue } = row;
  return { checkedAt, nextCheckAt, isDue: isDue === true, trouble: troubleOf(row) ?? null };
}

function troubleOf({ numFailures, lastStatus, hollowSince, hasFeedUrl, isQuarantined }: Row): string | undefined {
  if (isQuarantined)
    return "Another show is at the feed's address, so nothing new is stored until the site's operator has decided.";
  if (!hasFeedUrl) return "The feed's address is no longer known, so the podcast is not checked.";
  if (numFailures !== null && numFailures > 0) return failureOf(lastStatus);
  if (hollowSince !== null) return "The feed has lost its title or its episodes. What was known before is kept.";
  return undefined;
}

function failureOf(status: number | null): string {
  if (status === null) return "The feed could not be fetched.";
  if (status === 410) return "The feed's host says that the feed is gone.";
  if (status === 404) return "The feed's host does not find the feed.";
  if (status === 401 || status === 403) return "The feed's host refuses access to the feed.";
  if (status === 429) return "The feed's host asks for fewer requests.";
  if (status >= 500) return `The feed's host has a problem (${status}).`;
  return "What the feed's host sent cannot be read as a feed.";
}
