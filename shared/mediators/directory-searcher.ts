import { limitByAddress } from "../auth/limit-by-address.ts";
import type { Context } from "../context.ts";
import { DirectoryError } from "../directory/ask-itunes.ts";
import { DIRECTORY_NAME, type ItunesHit, searchItunes } from "../directory/itunes-search.ts";
import { takeDirectoryTurn } from "../directory/rate-limit.ts";
import { step } from "../log/log.ts";
import { findDirectorySearch } from "../sql/find-directory-search.ts";
import { type ListedDirectoryPodcast, listDirectoryPodcasts } from "../sql/list-directory-podcasts.ts";
import { storeDirectorySearch } from "../sql/store-directory-search.ts";
import { takeRateLimit } from "../sql/take-rate-limit.ts";

/** `podcasts` is what the directory answered, now or, with a `problem`, when it was last asked: nothing where it never was. */
export type DirectoryResult = {
  podcasts: ListedDirectoryPodcast[];
  problem?: "busy" | "failed" | undefined;
};

// Less than half of what the directory answers in all: one visitor leaves some to others.
const PER_NETWORK = { kind: "directory-visitor", max: 8, windowSeconds: 60 };

/**
 * Searches the directory, unless it answered the same query within the hour. Where it cannot be asked, what it answered
 * before is the answer. An empty answer and a failure are not kept.
 *
 * @param params.query as `normalizeQuery` makes it
 */
export async function run(ctx: Context, { query }: { query: string }): Promise<DirectoryResult> {
  const search = { directoryName: DIRECTORY_NAME, query };
  const known = await findDirectorySearch(ctx.db, search);
  if (known?.isFresh) return { podcasts: await list(ctx, known.id) };

  const answer = await ask(ctx, query);
  if (typeof answer === "string") {
    return { podcasts: known === undefined ? [] : await list(ctx, known.id), problem: answer };
  }
  if (answer.length === 0) return { podcasts: [] };
  const id = await step(ctx.log, "store_search", () => storeDirectorySearch(ctx.db, { ...search, hits: answer }));
  return { podcasts: await list(ctx, id) };
}

async function ask(ctx: Context, query: string): Promise<ItunesHit[] | "busy" | "failed"> {
  if (!(await mayAsk(ctx))) {
    ctx.log.warn("Directory not asked: it was asked too often lately");
    return "busy";
  }
  try {
    const { directoryUrl } = ctx.config;
    return await step(ctx.log, "search_directory", () =>
      searchItunes({ fetch: ctx.fetch, directoryUrl, query, signal: ctx.signal }),
    );
  } catch (cause) {
    if (!(cause instanceof DirectoryError)) throw cause;
    ctx.log.warn("Directory search failed", { reason: cause.message });
    return "failed";
  }
}

async function mayAsk(ctx: Context): Promise<boolean> {
  // An operator has none.
  if (ctx.caller.address !== "") {
    const own = await takeRateLimit(ctx.db, limitByAddress(PER_NETWORK, ctx));
    if (!own.isAllowed) return false;
  }
  return (await takeDirectoryTurn(ctx)).isAllowed;
}

function list(ctx: Context, searchId: number): Promise<ListedDirectoryPodcast[]> {
  return listDirectoryPodcasts(ctx.db, { searchId, accountId: ctx.caller.account?.id });
}
