import { eq, sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { directoryPodcast, podcast } from "../db/schema.ts";
import { isStored, STORED } from "./list-directory-podcasts.ts";
import { storedIdOf } from "./visible.ts";

const FAILED_LATELY = sql<boolean>`coalesce(${directoryPodcast.lastErrorAt} > podcore_now() - interval '10 minutes', false)`;

/**
 * Finds a podcast of a directory. `failedLately`: why it could not be added within the last ten minutes.
 * `takenDownReason`: why the podcast that is stored of it was taken down.
 */
export async function findDirectoryPodcast(
  db: Database,
  { id, accountId }: { id: number; accountId: number | undefined },
) {
  const [row] = await db.repeatable
    .select({
      title: directoryPodcast.title,
      feedUrl: directoryPodcast.feedUrl,
      podcast: STORED,
      failedLately: sql<string | null>`case when ${FAILED_LATELY} then ${directoryPodcast.lastError} end`,
      takenDownReason: sql<string | null>`(
        select hidden.taken_down_reason from podcast hidden where hidden.id = ${storedIdOf()})`,
    })
    .from(directoryPodcast)
    .leftJoin(podcast, isStored(accountId))
    .where(eq(directoryPodcast.id, id));
  return row;
}
