import type { Context } from "../context.ts";
import { type Page, type PageRequest, toPage } from "../db/cursor.ts";
import type { Podcast } from "../db/schema.ts";
import { findPodcasts } from "../podcasts/find-podcasts.ts";
import { type FoundEpisode, findListedEpisodes } from "../podcasts/list-episodes.ts";
import * as directorySearcher from "./directory-searcher.ts";
import { searchEpisodes } from "./search-episodes.ts";
import { searchPodcasts } from "./search-podcasts.ts";

/** What is searched: all three, or further pages of one list. */
export type SearchKind = "all" | "podcasts" | "episodes";
/** Undefined is what was not searched. */
export type SearchResult = {
  podcasts: Page<Podcast> | undefined;
  episodes: Page<FoundEpisode> | undefined;
  directory: directorySearcher.DirectoryResult | undefined;
};

// Of each list on the page that has them all: one or two rows of cards, and what a reader looks through.
const NUM_PODCASTS = 12;
const NUM_EPISODES = 10;
// As the site's other lists have.
const PODCASTS_PAGE_SIZE = 60;
const EPISODES_PAGE_SIZE = 50;

type Params = { query: string; kind: SearchKind; after: string | undefined };

/** Searches what is stored and what a directory lists, side by side. @throws UserError 400 for a cursor of another list */
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

type Asked = PageRequest & { query: string };

async function podcastPage(ctx: Context, asked: Asked): Promise<Page<Podcast>> {
  const accountId = ctx.caller.account?.id;
  const page = toPage(await searchPodcasts(ctx.db, { ...asked, accountId }), asked.first);
  const rows = await findPodcasts(ctx.db, { ids: page.items, accountId });
  return { ...page, items: inOrder(page.items, rows) };
}

async function episodePage(ctx: Context, asked: Asked): Promise<Page<FoundEpisode>> {
  const accountId = ctx.caller.account?.id;
  const page = toPage(await searchEpisodes(ctx.db, { ...asked, accountId }), asked.first);
  const rows = await findListedEpisodes(ctx.db, { ids: page.items, accountId });
  return { ...page, items: inOrder(page.items, rows) };
}

/** What was removed meanwhile is left out. */
function inOrder<T>(ids: readonly number[], rows: ReadonlyMap<number, T>): T[] {
  return ids.map((id) => rows.get(id)).filter((row) => row !== undefined);
}
