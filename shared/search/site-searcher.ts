import type { Context } from "../context.ts";
import { type Page, type PageRequest, toPage } from "../db/cursor.ts";
import type { Podcast } from "../db/schema.ts";
import { notFound } from "../errors.ts";
import { findPodcasts } from "../podcasts/find-podcasts.ts";
import { type FoundEpisode, findListedEpisodes } from "../podcasts/list-episodes.ts";
import * as directorySearcher from "./directory-searcher.ts";
import { searchEpisodes } from "./search-episodes.ts";
import { searchPodcasts } from "./search-podcasts.ts";
import { SlowSearchError } from "./while-searching.ts";

/** What to search: all three lists, or further pages of one. */
export type SearchKind = "all" | "podcasts" | "episodes";
/** Lists that were not searched are undefined. */
export type SearchResult = {
  podcasts: Page<Podcast> | "slow" | undefined;
  episodes: Page<FoundEpisode> | "slow" | undefined;
  directory: directorySearcher.DirectoryResult | undefined;
  /** The podcast whose episodes alone were searched. */
  podcast: { id: number; title: string; language: string | null } | undefined;
};

// Per list on the combined page: one or two rows of cards, and a screenful of episodes.
const NUM_PODCASTS = 12;
const NUM_EPISODES = 10;
// As in the site's other lists.
const PODCASTS_PAGE_SIZE = 60;
const EPISODES_PAGE_SIZE = 50;

type Params = {
  query: string;
  kind: SearchKind;
  after: string | undefined;
  /** Searches the episodes of this podcast only. */
  podcastId: number | undefined;
};

export const NOTHING_SEARCHED: SearchResult = {
  podcasts: undefined,
  episodes: undefined,
  directory: undefined,
  podcast: undefined,
};

/**
 * Searches stored podcasts, stored episodes and the directory in parallel. One that is slow does not delay or take away the
 * others. @throws UserError 400 for a cursor of another list, 404 for a podcast that the caller may not see
 */
export async function run(ctx: Context, { query, kind, after, podcastId }: Params): Promise<SearchResult> {
  if (podcastId !== undefined) {
    const podcast = await findPodcast(ctx, podcastId);
    const episodes = await episodePage(ctx, { query, podcastId, first: EPISODES_PAGE_SIZE, after });
    return { ...NOTHING_SEARCHED, podcast, episodes };
  }
  if (kind === "podcasts") {
    const podcasts = await podcastPage(ctx, { query, first: PODCASTS_PAGE_SIZE, after });
    return { ...NOTHING_SEARCHED, podcasts };
  }
  if (kind === "episodes") {
    const episodes = await episodePage(ctx, { query, first: EPISODES_PAGE_SIZE, after });
    return { ...NOTHING_SEARCHED, episodes };
  }
  const [podcasts, episodes, directory] = await Promise.all([
    podcastPage(ctx, { query, first: NUM_PODCASTS }),
    episodePage(ctx, { query, first: NUM_EPISODES }),
    directorySearcher.run(ctx, { query }),
  ]);
  return { ...NOTHING_SEARCHED, podcasts, episodes, directory };
}

async function findPodcast(ctx: Context, id: number): Promise<Podcast> {
  const podcast = (await findPodcasts(ctx.db, { ids: [id], accountId: ctx.caller.account?.id })).get(id);
  if (podcast === undefined) throw notFound("podcast", id);
  return podcast;
}

type ListParams = PageRequest & { query: string; podcastId?: number };

async function podcastPage(ctx: Context, params: ListParams): Promise<Page<Podcast> | "slow"> {
  const accountId = ctx.caller.account?.id;
  const edges = await unlessSlow(ctx, searchPodcasts(ctx.db, { ...params, accountId }));
  if (edges === "slow") return edges;
  const page = toPage(edges, params.first);
  const rows = await findPodcasts(ctx.db, { ids: page.items, accountId });
  return { ...page, items: inOrder(page.items, rows) };
}

async function episodePage(ctx: Context, params: ListParams): Promise<Page<FoundEpisode> | "slow"> {
  const accountId = ctx.caller.account?.id;
  const edges = await unlessSlow(ctx, searchEpisodes(ctx.db, { ...params, accountId }));
  if (edges === "slow") return edges;
  const page = toPage(edges, params.first);
  const rows = await findListedEpisodes(ctx.db, { ids: page.items, accountId });
  return { ...page, items: inOrder(page.items, rows) };
}

async function unlessSlow<T>(ctx: Context, search: Promise<T>): Promise<T | "slow"> {
  try {
    return await search;
  } catch (error) {
    if (!(error instanceof SlowSearchError)) throw error;
    ctx.log.warn("Search stopped: it took too long");
    return "slow";
  }
}

/** Sorts rows in the order of their ids. Skips rows that were deleted in the meantime. */
function inOrder<T>(ids: readonly number[], rows: ReadonlyMap<number, T>): T[] {
  return ids.map((id) => rows.get(id)).filter((row) => row !== undefined);
}
