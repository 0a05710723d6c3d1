import type { Database } from "../db/pool.ts";
import { notFoundGeneral } from "../errors.ts";
import { normalizeFeedUrl } from "../fetch/feed-url.ts";
import { redactUrl } from "../fetch/redact.ts";
import { findPodcastIdOfFeed } from "./find-feed-location.ts";

/** A podcast, by id or by any of its feed URLs. */
export type Which = { podcastId: number } | { url: string };

/** Returns the id of the podcast that an operator means. An id is not looked up. @throws UserError 404 for an unknown URL */
export async function findWhich(db: Database, which: Which): Promise<number> {
  if ("podcastId" in which) return which.podcastId;
  const podcastId = await findPodcastIdOfFeed(db, normalizeFeedUrl(which.url));
  if (podcastId === undefined) throw notFoundGeneral(`no podcast has the feed URL "${redactUrl(which.url)}"`);
  return podcastId;
}
