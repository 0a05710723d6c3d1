import { and, eq } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { episode, podcast } from "../db/schema.ts";
import { isVisible } from "./visible.ts";

/** Finds what an episode and its podcast are called, where the account may see them, or anybody where none is given: no more of rows that may be large. */
export async function findEpisodeTitles(
  db: Database,
  { id, accountId }: { id: number; accountId: number | undefined },
) {
  const [row] = await db.repeatable
    .select({
      episode: { id: episode.id, title: episode.title },
      podcast: { id: podcast.id, title: podcast.title },
    })
    .from(episode)
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(and(eq(episode.id, id), isVisible(accountId)));
  return row;
}
