import type { Context } from "../context.ts";
import { type Page, type PageRequest, toPage } from "../db/cursor.ts";
import type { Podcast } from "../db/schema.ts";
import { findPodcasts } from "../podcasts/find-podcasts.ts";
import { type FoundEpisode, findListedEpisodes } from "../podcasts/list-episodes.ts";
import * as directorySearcher from "./directory-searcher.ts";
import { searchEpisodes } from "./search-episodes.ts";
import { searchPodcasts } from "./search-podcasts.ts";

/** What to search: all three lists, or further pages of one. */
export type SearchKind = "all" | "podcasts" | "episodes";
/** Lists that were not searched are undefined. */
export type SearchResult = {
  podcasts: Page<Podcast> | undefined;
  episodes: Page<FoundEpisode> | undefined;
  directory: directorySearcher.DirectoryResult | undefined;
};

// Per list on the combined page: one or two rows of cards, and a screenful of episodes.
const NUM_PODCASTS = 12;
const NUM_EPISODES = 10;
// As in the site's other lists.
const PODCASTS_PAGE_SIZE = 60;
const EPISODES_PAGE_SIZE = 50;

type Params = { query: string; kind: SearchKind; after: string | undefined };

/**
 * Searches stored podcasts, stored episodes and the directory in parallel. @throws UserError 400 for a cursor of
 * another list
 */
export async function run(ctx: Context, { query, kind, after }: Params): Promise<SearchResult> {
  if (kind === "podcasts") {
    const podcasts = await podcastPage(ctx, { query, first: PODCASTS_PAGE_SIZE, after });
    return { podcasts, episodes: undefined, directory: undefined };
  }
  if (kind === "episodes") {
    const episodes = await episodePage(ctx, { query, first: EPISODES_PAGE_SIZE, after });
    return { podcasts: undefined, episodes, directory: undefined };
  }
  const [podcasts, episodes, directory] = await Promise.all([
    podcastPage(ctx, { query, first: NUM_PODCASTS }),
    episodePage(ctx, { query, first: NUM_EPISODES }),
    directorySearcher.run(ctx, { query }),
  ]);
  return { podcasts, episodes, directory };
}

type ListParams = PageRequest & { query: string };

async function podcastPage(ctx: Context, params: ListParams): Promise<Page<Podcast>> {
  const accountId = ctx.caller.account?.id;
  const page = toPage(await searchPodcasts(ctx.db, { ...params, accountId }), params.first);
  const rows = await findPodcasts(ctx.db, { ids: page.items, accountId });
  return { ...page, items: inOrder(page.items, rows) };
}

async function episodePage(ctx: Context, params: ListParams): Promise<Page<FoundEpisode>> {
  const accountId = ctx.caller.account?.id;
  const page = toPage(await searchEpisodes(ctx.db, { ...params, accountId }), params.first);
  const rows = await findListedEpisodes(ctx.db, { ids: page.items, accountId });
  return { ...page, items: inOrder(page.items, rows) };
}

/** Sorts rows in the order of their ids. Skips rows that were deleted in the meantime. */
function inOrder<T>(ids: readonly number[], rows: ReadonlyMap<number, T>): T[] {
  return ids.map((id) => rows.get(id)).filter((row) => row !== undefined);
}
