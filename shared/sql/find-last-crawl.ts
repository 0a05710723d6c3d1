import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { podcast, podcastCrawl } from "../db/schema.ts";
import { isVisible } from "./visible.ts";

type Asked = { podcastId: number; accountId: number | undefined; withinSeconds: number };

/** Finds whether a podcast that the account may see was crawled within the last seconds, or is being crawled. */
export async function findLastCrawl(db: Database, { podcastId, accountId, withinSeconds }: Asked) {
  const [row] = await db.repeatable
    .select({
      isRecent: sql<boolean>`coalesce(${podcastCrawl.leaseExpiresAt} > podcore_now()
        or ${podcastCrawl.lastAttemptedAt} > podcore_now() - make_interval(secs => ${withinSeconds}::int), false)`,
    })
    .from(podcast)
    .innerJoin(podcastCrawl, eq(podcastCrawl.podcastId, podcast.id))
    .where(and(eq(podcast.id, podcastId), isVisible(accountId)));
  return row;
}
