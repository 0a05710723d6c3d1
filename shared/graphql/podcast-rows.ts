import { and, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { Database } from "../db/pool.ts";
import { type Podcast, podcast, podcastCrawl, podcastFeedLocation } from "../db/schema.ts";
import { decodeCursor, encodeCursor } from "../sql/cursor.ts";
import { isListed, isVisible } from "../sql/visible.ts";
import type { Edge, PageRequest } from "./connection.ts";

export type PodcastFeed = { feedUrl: string; lastRetrievedAt: Date | null };

/** Lists the podcasts that may be listed, by title: one more than `first`, where there are as many. */
export async function listPodcastEdges(db: Database, { first, after }: PageRequest): Promise<Edge<Podcast>[]> {
  const sortKey = sql<string>`lower(${podcast.title})`;
  const from = after === undefined ? undefined : decodeCursor(after);
  const rows = await db
    .select({ node: getTableColumns(podcast), sortKey })
    .from(podcast)
    .where(and(isListed(), from && sql`(${sortKey}, ${podcast.id}) > (${from.key}::text, ${from.id}::bigint)`))
    .orderBy(sortKey, podcast.id)
    .limit(first + 1);
  return rows.map((row) => ({ node: row.node, cursor: encodeCursor(row.sortKey, row.node.id) }));
}

/** Finds visible podcasts by id. */
export async function findPodcasts(db: Database, ids: number[]): Promise<Map<number, Podcast>> {
  const rows = await db
    .select()
    .from(podcast)
    .where(and(isAnyOf(podcast.id, ids), isVisible()));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Finds where visible podcasts are fetched from and when they last were, by podcast id. */
export async function findPodcastFeeds(db: Database, ids: number[]): Promise<Map<number, PodcastFeed>> {
  const rows = await db
    .select({
      podcastId: podcast.id,
      feedUrl: podcastFeedLocation.feedUrl,
      lastRetrievedAt: podcastCrawl.lastSucceededAt,
    })
    .from(podcast)
    .innerJoin(
      podcastFeedLocation,
      and(eq(podcastFeedLocation.podcastId, podcast.id), eq(podcastFeedLocation.isCurrent, true)),
    )
    .leftJoin(podcastCrawl, eq(podcastCrawl.podcastId, podcast.id))
    .where(and(isAnyOf(podcast.id, ids), isVisible()));
  return new Map(rows.map((row) => [row.podcastId, row]));
}

/** As one parameter, so that any number of ids is the same prepared statement. */
export function isAnyOf(column: AnyPgColumn, ids: readonly number[]): SQL {
  return sql`${column} = any(${`{${ids.join(",")}}`}::bigint[])`;
}
