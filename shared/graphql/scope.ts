import type { Context } from "../context.ts";
import type { Podcast } from "../db/schema.ts";
import type { Edge, PageRequest } from "../sql/cursor.ts";
import { findPodcastFeeds, findPodcasts, type PodcastFeed } from "../sql/find-podcasts.ts";
import {
  type EpisodeParts,
  type EpisodeRow,
  findEpisodes,
  listEpisodesByPodcast,
} from "../sql/list-episodes-by-podcast.ts";
import { createBatch } from "./batch.ts";

/** What a query's resolvers ask. Lookups that come together become one statement. */
export type Scope = {
  ctx: Context;
  findPodcast(id: number): Promise<Podcast | undefined>;
  findPodcastFeed(podcastId: number): Promise<PodcastFeed | undefined>;
  findEpisode(id: number): Promise<EpisodeRow | undefined>;
  /** One more than `first`, where there are as many. */
  listEpisodes(podcastId: number, page: PageRequest): Promise<Edge<EpisodeRow>[]>;
};

/** Opens the scope of one query. `parts`: what is asked of episodes anywhere in it. */
export function openScope(ctx: Context, parts: EpisodeParts): Scope {
  const accountId = ctx.caller.account?.id;
  const pages = new Map<string, ReturnType<typeof createBatch<Edge<EpisodeRow>[]>>>();

  function pageBatch(page: PageRequest) {
    const key = JSON.stringify([page.first, page.after]);
    const batch =
      pages.get(key) ??
      createBatch((podcastIds) => listEpisodesByPodcast(ctx.db, { ...page, podcastIds, accountId, parts }));
    pages.set(key, batch);
    return batch;
  }

  return {
    ctx,
    findPodcast: createBatch((ids) => findPodcasts(ctx.db, { ids, accountId })),
    findPodcastFeed: createBatch((ids) => findPodcastFeeds(ctx.db, { ids, accountId })),
    findEpisode: createBatch((ids) => findEpisodes(ctx.db, { ids, accountId, parts })),
    listEpisodes: async (podcastId, page) => (await pageBatch(page)(podcastId)) ?? [],
  };
}
