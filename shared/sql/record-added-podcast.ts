import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";
import { accountPodcast } from "../db/schema.ts";
import { changeAccount } from "./change-account.ts";

/**
 * Takes down that an account gave the URL of a podcast's feed itself, and subscribes it. When it first did so, and since
 * when it is subscribed, stays.
 */
export async function recordAddedPodcast(
  db: Database,
  { accountId, podcastId }: { accountId: number; podcastId: number },
): Promise<void> {
  const write = sql`
    insert into account_podcast as old (account_id, podcast_id, added_at, subscribed_at, sequence)
    select locked.id, ${podcastId}::bigint, podcore_now(), podcore_now(), locked.sequence from locked
    on conflict on constraint account_podcast_account_id_podcast_id_unique do update set
      added_at = coalesce(old.added_at, excluded.added_at),
      subscribed_at = case when old.unsubscribed_at is null then coalesce(old.subscribed_at, excluded.subscribed_at)
        else excluded.subscribed_at end,
      unsubscribed_at = null, sequence = excluded.sequence, updated_at = podcore_now()
    where old.added_at is null or old.subscribed_at is null or old.unsubscribed_at is not null
    returning old.*`;
  await changeAccount(db, { accountId, table: accountPodcast, write });
}
