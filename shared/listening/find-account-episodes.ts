import { and, eq, getTableColumns } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import type { Database } from "../db/pool.ts";
import { type AccountEpisode, accountEpisode, episode, podcast } from "../db/schema.ts";
import { isVisible } from "../podcasts/visible.ts";

/** Finds an account's states of episodes, by episode id, if it may see their podcasts. */
export async function findAccountEpisodes(
  db: Database,
  { accountId, episodeIds }: { accountId: number; episodeIds: number[] },
): Promise<Map<number, AccountEpisode>> {
  const rows = await db.repeatable
    .select(getTableColumns(accountEpisode))
    .from(accountEpisode)
    .innerJoin(episode, eq(episode.id, accountEpisode.episodeId))
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(
      and(eq(accountEpisode.accountId, accountId), isAnyOf(accountEpisode.episodeId, episodeIds), isVisible(accountId)),
    );
  return new Map(rows.map((row) => [row.episodeId, row]));
}
