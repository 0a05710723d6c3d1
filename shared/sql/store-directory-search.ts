import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

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
