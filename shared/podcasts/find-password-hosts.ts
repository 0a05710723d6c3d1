import { and, eq, like } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import type { Database } from "../db/pool.ts";
import { type Episode, podcast, podcastFeedLocation } from "../db/schema.ts";
import { isVisible } from "./visible.ts";

/** By podcast id, the host (and port) of feeds that need a user name and password. */
export type PasswordHosts = ReadonlyMap<number, string>;

/**
 * Finds the hosts of password-protected feeds, for podcasts that the account may see. Does not reveal the feeds' URLs.
 */
export async function findPasswordHosts(
  db: Database,
  { podcastIds, accountId }: { podcastIds: number[]; accountId: number | undefined },
): Promise<Map<number, string>> {
  const rows = await db.repeatable
    .select({ id: podcast.id, feedUrl: podcastFeedLocation.feedUrl })
    .from(podcast)
    .innerJoin(podcastFeedLocation, eq(podcastFeedLocation.podcastId, podcast.id))
    .where(
      and(
        isAnyOf(podcast.id, podcastIds),
        eq(podcastFeedLocation.isCurrent, true),
        like(podcastFeedLocation.feedUrl, "%@%"),
        isVisible(accountId),
      ),
    );
  return new Map(
    rows.flatMap(({ id, feedUrl }) => {
      const url = URL.parse(feedUrl);
      return url !== null && url.username + url.password !== "" ? [[id, url.host] as const] : [];
    }),
  );
}

/**
 * True if the media needs the feed's password: it is on the same host (RFC 7617 2.2: one origin, one set of
 * credentials), and its URL has no user name.
 */
export function asksForPassword(
  { podcastId, mediaUrl }: Pick<Episode, "podcastId" | "mediaUrl">,
  hosts: PasswordHosts,
): boolean {
  const url = URL.parse(mediaUrl);
  return url !== null && url.username === "" && url.host === hosts.get(podcastId);
}
