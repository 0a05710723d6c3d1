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

/** `podcasts` is the directory's answer: the current one or, with a `problem`, the last one, if there was any. */
export type DirectoryResult = {
  podcasts: ListedDirectoryPodcast[];
  problem?: "busy" | "failed";
};

// Less than half of the directory's limit, so that one visitor leaves some for others.
const PER_NETWORK = { kind: "directory-visitor", max: 8, windowSeconds: 60 };

/**
 * Searches the directory, unless it has answered the same query within the last hour. If it is unavailable, returns its
 * last answer. Empty answers and failures are not stored.
 *
 * @param params.query as returned by `normalizeQuery`
 */
export async function run(ctx: Context, { query }: { query: string }): Promise<DirectoryResult> {
  const stored = { directoryName: DIRECTORY_NAME, query };
  const known = await findDirectorySearch(ctx.db, stored);
  if (known?.isFresh) return { podcasts: await list(ctx, known.id) };

  const answer = await search(ctx, query);
  if (typeof answer === "string") {
    return { podcasts: known === undefined ? [] : await list(ctx, known.id), problem: answer };
  }
  if (answer.length === 0) return { podcasts: [] };
  const id = await step(ctx.log, "store_search", () => storeDirectorySearch(ctx.db, { ...stored, hits: answer }));
  return { podcasts: await list(ctx, id) };
}

async function search(ctx: Context, query: string): Promise<ItunesHit[] | "busy" | "failed"> {
  if (!(await takeLimits(ctx))) {
    ctx.log.warn("Directory not searched: too many requests");
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

async function takeLimits(ctx: Context): Promise<boolean> {
  // An operator's call has no address.
  if (ctx.caller.address !== "") {
    const own = await takeRateLimit(ctx.db, limitByAddress(PER_NETWORK, ctx));
    if (!own.isAllowed) return false;
  }
  return (await takeDirectoryCall(ctx)).isAllowed;
}

function list(ctx: Context, searchId: number): Promise<ListedDirectoryPodcast[]> {
  return listDirectoryPodcasts(ctx.db, { searchId, accountId: ctx.caller.account?.id });
}

type FoundDirectorySearch = { id: number; isFresh: boolean };

// As in the original podcore: a directory's answers change from day to day.
const FRESH_FOR = "1 hour";

/** Finds the directory's last answer to a query. */
async function findDirectorySearch(
  db: Database,
  { directoryName, query }: { directoryName: string; query: string },
): Promise<FoundDirectorySearch | undefined> {
  const [row] = await db.repeatable.execute<{ id: string; is_fresh: boolean }>(sql`
    select s.id, s.retrieved_at > podcore_now() - ${FRESH_FOR}::interval as is_fresh
    from directory_search s join directory d on d.id = s.directory_id
    where d.name = ${directoryName}::text and s.query = ${query}::text`);
  return row && { id: Number(row.id), isFresh: row.is_fresh };
}

type DirectoryAnswer = {
  directoryName: string;
  query: string;
  /** In the directory's order, without duplicates. */
  hits: readonly {
    vendorId: string;
    title: string;
    author?: string | undefined;
    feedUrl: string;
    imageUrl?: string | undefined;
  }[];
};

/**
 * Replaces the stored answer to a query, and returns the search's id. Locks the search and then its podcasts in a fixed
 * order, so that parallel searches with the same podcasts cannot deadlock.
 */
async function storeDirectorySearch(db: Database, { directoryName, query, hits }: DirectoryAnswer): Promise<number> {
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
    // A stored error is about the previous feed URL, so a new URL clears it.
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
