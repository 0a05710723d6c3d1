import { and, eq, inArray } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import type { Database } from "../db/pool.ts";
import { type Podcast, podcast, podcastFeedLocation } from "../db/schema.ts";
import { isTakenDownFor } from "./visible.ts";

/** What subscribers of a podcast that was taken down are told of it. */
export type Takedown = { title: string; reason: string; at: Date };

/** Finds which podcasts were taken down, by podcast id, of those that the account is subscribed to or has added. */
export async function findTakedowns(
  db: Database,
  { accountId, podcastIds }: { accountId: number; podcastIds: number[] },
): Promise<Map<number, Takedown>> {
  const rows = await db.repeatable
    .select()
    .from(podcast)
    .where(and(isAnyOf(podcast.id, podcastIds), isTakenDownFor(accountId)));
  return new Map(
    rows.flatMap((row) => {
      const takedown = toTakedown(row);
      return takedown === undefined ? [] : [[row.id, takedown] as const];
    }),
  );
}

export function toTakedown({ title, takenDownAt, takenDownReason }: Podcast): Takedown | undefined {
  return takenDownAt === null ? undefined : { title, reason: takenDownReason ?? "", at: takenDownAt };
}

/** Finds why the podcast at any of these feed URLs was taken down; undefined where none was. */
export async function findTakedownOfFeed(db: Database, feedUrls: readonly string[]): Promise<string | undefined> {
  const rows = await db.repeatable
    .select({ reason: podcast.takenDownReason })
    .from(podcastFeedLocation)
    .innerJoin(podcast, eq(podcast.id, podcastFeedLocation.podcastId))
    .where(inArray(podcastFeedLocation.feedUrl, feedUrls.flatMap(withTwin)));
  return rows.find(({ reason }) => reason !== null)?.reason ?? undefined;
}

/** The same URL over http and https is one feed. */
function withTwin(feedUrl: string): string[] {
  const twin = feedUrl.startsWith("https:") ? `http${feedUrl.slice(5)}` : `https${feedUrl.slice(4)}`;
  return [feedUrl, twin];
}
