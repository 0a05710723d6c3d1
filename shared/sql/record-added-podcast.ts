import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/**
 * Takes down that an account gave a podcast's feed URL itself, and subscribes it. What is so already is not written, and
 * raises no `sequence`.
 *
 * @returns false where the account or the podcast is gone
 */
export async function recordAddedPodcast(
  db: Database,
  { accountId, podcastId }: { accountId: number; podcastId: number },
): Promise<boolean> {
  const [row] = await db.execute<{ is_there: boolean }>(sql`
    with held as (
      select from account_podcast
      where account_id = ${accountId}::bigint and podcast_id = ${podcastId}::bigint
        and added_at is not null and subscribed_at is not null and unsubscribed_at is null
    ), numbered as (
      update account set sequence = sequence + 1
      where id = ${accountId}::bigint and not exists (select from held)
        and exists (select from podcast where id = ${podcastId}::bigint)
      returning id, sequence
    ), written as (
      insert into account_podcast as ap (account_id, podcast_id, added_at, subscribed_at, sequence)
      select id, ${podcastId}::bigint, podcore_now(), podcore_now(), sequence from numbered
      on conflict on constraint account_podcast_account_id_podcast_id_unique do update set
        added_at = coalesce(ap.added_at, excluded.added_at),
        subscribed_at = case when ap.unsubscribed_at is null then coalesce(ap.subscribed_at, excluded.subscribed_at)
          else excluded.subscribed_at end,
        unsubscribed_at = null, sequence = excluded.sequence, updated_at = podcore_now()
      returning 1
    )
    select exists (select from held) or exists (select from written) as is_there`);
  return row?.is_there ?? false;
}
