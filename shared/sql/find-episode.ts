import { and, eq } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { episode, podcast } from "../db/schema.ts";
import { isVisible } from "./visible.ts";

/** Finds an episode of a podcast that the account may see, or anybody where none is given, and that podcast. */
export async function findEpisode(db: Database, { id, accountId }: { id: number; accountId: number | undefined }) {
  const [row] = await db.repeatable
    .select({ episode, podcast })
    .from(episode)
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(and(eq(episode.id, id), isVisible(accountId)));
  return row;
}
