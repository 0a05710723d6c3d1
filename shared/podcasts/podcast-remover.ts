import { eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { podcast, podcastCrawl } from "../db/schema.ts";
import { notFound } from "../errors.ts";
import { numEpisodes } from "./num-episodes.ts";

export type RemoveResult = { podcastId: number; title: string; numEpisodes: number };

/** Removes a podcast with its episodes and raw feeds. @throws UserError 404 */
export async function run(ctx: Context, { podcastId }: { podcastId: number }): Promise<RemoveResult> {
  const [removed] = await ctx.db.once.transaction(async (tx) => {
    // Locks in the same order as storing a feed, to avoid a deadlock.
    await tx.once.select().from(podcastCrawl).where(eq(podcastCrawl.podcastId, podcastId)).for("update");
    // Still counts the episodes: all parts of a statement see the same snapshot.
    return tx.once.delete(podcast).where(eq(podcast.id, podcastId)).returning({ title: podcast.title, numEpisodes });
  });
  if (removed === undefined) throw notFound("podcast", podcastId);
  ctx.log.info("Podcast removed", { podcast_id: podcastId, num_episodes: removed.numEpisodes });
  return { podcastId, ...removed };
}
