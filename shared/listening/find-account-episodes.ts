import { and, eq, getTableColumns } from "drizzle-orm";
import { isAnyOf } from "../db/any-of.ts";
import type { Database } from "../db/pool.ts";
import { type AccountEpisode, accountEpisode, episode, podcast } from "../db/schema.ts";
import { isVisible } from "../podcasts/visible.ts";

/** Finds what an account has done with episodes, by episode id, of podcasts that it may see. */
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
