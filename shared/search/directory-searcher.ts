import { sql } from "drizzle-orm";
import { limitByAddress } from "../auth/limit-by-address.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { takeRateLimit } from "../db/take-rate-limit.ts";
import { DirectoryError } from "../directory/ask-itunes.ts";
import { DIRECTORY_NAME, type ItunesHit, searchItunes } from "../directory/itunes-search.ts";
import { takeDirectoryCall } from "../directory/rate-limit.ts";
import { step } from "../log/log.ts";
import { type ListedDirectoryPodcast, listDirectoryPodcasts } from "./list-directory-podcasts.ts";

/** `podcasts` is what the directory answered, now or, with a `problem`, when it was last asked: nothing where it never was. */
export type DirectoryResult = {
  podcasts: ListedDirectoryPodcast[];
  problem?: "busy" | "failed";
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
  return (await takeDirectoryCall(ctx)).isAllowed;
}

function list(ctx: Context, searchId: number): Promise<ListedDirectoryPodcast[]> {
  return listDirectoryPodcasts(ctx.db, { searchId, accountId: ctx.caller.account?.id });
}

export type FoundDirectorySearch = { id: number; isFresh: boolean };

// The original's: what a directory answers changes by the day.
const FRESH_FOR = "1 hour";

/** Finds what a directory answered when it was last asked a query. */
export async function findDirectorySearch(
  db: Database,
  { directoryName, query }: { directoryName: string; query: string },
): Promise<FoundDirectorySearch | undefined> {
  const [row] = await db.repeatable.execute<{ id: string; is_fresh: boolean }>(sql`
    select s.id, s.retrieved_at > podcore_now() - ${FRESH_FOR}::interval as is_fresh
    from directory_search s join directory d on d.id = s.directory_id
    where d.name = ${directoryName}::text and s.query = ${query}::text`);
  return row && { id: Number(row.id), isFresh: row.is_fresh };
}

export type DirectoryAnswer = {
  directoryName: string;
  query: string;
  /** In the directory's order, each podcast once. */
  hits: readonly {
    vendorId: string;
    title: string;
    author?: string | undefined;
    feedUrl: string;
    imageUrl?: string | undefined;
  }[];
};

/**
 * Stores what a directory answered in place of what it answered before, and returns the search's id. Locks the search,
 * then its podcasts in one order, so that searches with the same podcasts wait for each other and never in a circle.
 */
export async function storeDirectorySearch(
  db: Database,
  { directoryName, query, hits }: DirectoryAnswer,
): Promise<number> {
  const json = JSON.stringify(hits.map((hit, position) => ({ ...hit, position })));
  const hit = sql`jsonb_to_recordset(${json}::jsonb) as hit(
    position int, "vendorId" text, title text, author text, "feedUrl" text, "imageUrl" text)`;
  return db.repeatable.transaction(async (tx) => {
    const [search] = await tx.repeatable.execute<{ id: string }>(sql`
      insert into directory_search (directory_id, query)
      select id, ${query}::text from directory where name = ${directoryName}::text
      on conflict (directory_id, query) do update set retrieved_at = podcore_now()
      returning id`);
    if (search === undefined) throw new Error(`Cannot store a search: there is no directory "${directoryName}"`);
    await tx.repeatable.execute(sql`delete from directory_search_hit where directory_search_id = ${search.id}::bigint`);
    // Why a podcast could not be added says nothing of another feed.
    await tx.repeatable.execute(sql`
      with listed as (
        insert into directory_podcast as p (directory_id, vendor_id, title, author, feed_url, image_url)
        select d.id, hit."vendorId", hit.title, hit.author, hit."feedUrl", hit."imageUrl"
        from ${hit} join directory d on d.name = ${directoryName}::text
        order by hit."vendorId"
        on conflict (directory_id, vendor_id) do update set
          title = excluded.title, author = excluded.author, feed_url = excluded.feed_url,
          image_url = excluded.image_url, updated_at = podcore_now(),
          last_error = case when p.feed_url = excluded.feed_url then p.last_error end,
          last_error_at = case when p.feed_url = excluded.feed_url then p.last_error_at end
        returning id, vendor_id
      )
      insert into directory_search_hit (directory_search_id, position, directory_podcast_id)
      select ${search.id}::bigint, hit.position, listed.id from ${hit} join listed on listed.vendor_id = hit."vendorId"`);
    return Number(search.id);
  });
}
