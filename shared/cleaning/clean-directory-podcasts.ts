import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { RETENTION } from "./retention.ts";

/**
 * Deletes up to `limit` directory podcasts that were never added, are in no stored search, and had no failed attempt to
 * add them. Looks only at those that no search has found for as long as searches are kept: hardly any of them is in one.
 * @returns how many it deleted
 */
export async function cleanDirectoryPodcasts(db: Database, { limit }: { limit: number }): Promise<number> {
  return db.repeatable.transaction(async (tx) => {
    // Storing a hit locks the podcast's row until commit, and locked rows are skipped. A hit committed after this
    // statement began is visible only to the next one; no further hit can come in between, because the rows are locked
    // now.
    const locked = await tx.repeatable.execute<{ id: string }>(sql`
      select id from directory_podcast found
      where ${isUnused()} and updated_at < podcore_now() - ${RETENTION.directorySearch}::interval
      order by updated_at
      limit ${limit}::int
      for update skip locked`);
    const ids = JSON.stringify(locked.map(({ id }) => id));
    const rows = await tx.repeatable.execute(sql`
      delete from directory_podcast found
      where id = any(array(select value::bigint from jsonb_array_elements_text(${ids}::jsonb))) and ${isUnused()}
      returning 1`);
    return rows.length;
  });
}

function isUnused() {
  return sql`podcast_id is null and last_error is null
    and not exists (select from directory_search_hit hit where hit.directory_podcast_id = found.id)`;
}
