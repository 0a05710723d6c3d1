import { and, eq, like } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import type { Database } from "../db/pool.ts";
import { type Episode, podcast, podcastFeedLocation } from "../db/schema.ts";
import { isVisible } from "./visible.ts";

/** Of podcasts whose feed is behind a user name and password, the host (and port) that asks for them, by podcast id. */
export type PasswordHosts = ReadonlyMap<number, string>;

/** Finds the hosts of password-protected feeds, of podcasts that the account may see. The URL itself is not told. */
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
 * Returns true if an episode's media is on the host of a feed that is behind a password (RFC 7617 2.2: the same origin asks
 * for the same), and does not carry one itself.
 */
export function asksForPassword(
  { podcastId, mediaUrl }: Pick<Episode, "podcastId" | "mediaUrl">,
  hosts: PasswordHosts,
): boolean {
  const url = URL.parse(mediaUrl);
  return url !== null && url.username === "" && url.host === hosts.get(podcastId);
}
