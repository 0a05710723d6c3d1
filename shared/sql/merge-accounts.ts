import { sql } from "drizzle-orm";
import type { Database } from "../db/pool.ts";

/**
 * Hands what one account holds to another, and deletes it. Where both have to do with the same podcast or episode, each
 * fact is the one that is said to be later; a subscription of both began when the first of them did. All that changes is
 * numbered as other changes of the account are. Where one of the two is gone, nothing is done. Call it in a transaction.
 */
export async function mergeAccounts(
  db: Database,
  { fromId, intoId }: { fromId: number; intoId: number },
): Promise<void> {
  // In the order of their ids, so that two that merge crosswise do not wait for each other.
  const found = await db.repeatable.execute(sql`
    select from account where id in (${fromId}::bigint, ${intoId}::bigint) order by id for update`);
  if (found.length < 2) return;
  await db.repeatable.execute(sql`
    with held as (
      select *, row_number() over (order by sequence, id) as place from account_podcast where account_id = ${fromId}::bigint
    ), numbered as (
      update account set sequence = sequence + (select count(*) from held)
      where id = ${intoId}::bigint returning sequence - (select count(*) from held) as base
    )
    insert into account_podcast as own (account_id, podcast_id, subscribed_at, unsubscribed_at, added_at, sequence, created_at)
    select ${intoId}::bigint, podcast_id, subscribed_at, unsubscribed_at, added_at, base + place, created_at
    from held, numbered
    on conflict on constraint account_podcast_account_id_podcast_id_unique do update set
      subscribed_at = case when ${isSubscribedIn("own")} and ${isSubscribedIn("excluded")}
        then least(own.subscribed_at, excluded.subscribed_at)
        when ${laterSubscription()} then excluded.subscribed_at else own.subscribed_at end,
      unsubscribed_at = case when ${laterSubscription()} then excluded.unsubscribed_at else own.unsubscribed_at end,
      added_at = least(own.added_at, excluded.added_at),
      sequence = excluded.sequence, updated_at = podcore_now()`);
  await db.repeatable.execute(sql`
    with held as (
      select *, row_number() over (order by sequence, id) as place from account_episode where account_id = ${fromId}::bigint
    ), numbered as (
      update account set sequence = sequence + (select count(*) from held)
      where id = ${intoId}::bigint returning sequence - (select count(*) from held) as base
    )
    insert into account_episode as own (
      account_id, episode_id, is_favorited, favorited_at, is_played, position_seconds, listened_at, sequence, created_at)
    select ${intoId}::bigint, episode_id, is_favorited, favorited_at, is_played, position_seconds, listened_at,
      base + place, created_at
    from held, numbered
    on conflict on constraint account_episode_account_id_episode_id_unique do update set
      is_favorited = case when ${laterIn("favorited_at")} then excluded.is_favorited else own.is_favorited end,
      favorited_at = greatest(own.favorited_at, excluded.favorited_at),
      is_played = case when ${laterIn("listened_at")} then excluded.is_played else own.is_played end,
      position_seconds = case when ${laterIn("listened_at")} then excluded.position_seconds else own.position_seconds end,
      listened_at = greatest(own.listened_at, excluded.listened_at),
      sequence = excluded.sequence, updated_at = podcore_now()`);
  await db.repeatable.execute(sql`delete from account where id = ${fromId}::bigint`);
}

/** Whether what is handed over was said later than what is there; what was never said is earliest of all. */
function laterIn(column: "favorited_at" | "listened_at") {
  return sql.raw(`excluded.${column} > coalesce(own.${column}, '-infinity')`);
}

function isSubscribedIn(row: "own" | "excluded") {
  return sql.raw(`(${row}.subscribed_at is not null and ${row}.unsubscribed_at is null)`);
}

function laterSubscription() {
  return sql.raw(`greatest(excluded.subscribed_at, excluded.unsubscribed_at)
    > coalesce(greatest(own.subscribed_at, own.unsubscribed_at), '-infinity')`);
}
