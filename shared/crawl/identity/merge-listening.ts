import { type SQL, sql } from "drizzle-orm";
import { MERGED_EPISODE_STATE, MERGED_SUBSCRIPTION, partsOf } from "../../db/merged-facts.ts";
import type { Database } from "../../db/pool.ts";
import type { Pair } from "./podcast-merger.ts";

type Merge = Pair & {
  /** Only current subscriptions to the loser, which were made while it was merged. */
  isLate?: boolean;
};
/**
 * Gives accounts that hold the loser the same relation to the winner, and ends their subscriptions to the loser. Changed
 * rows are numbered like the accounts' other changes. Call it once the accounts are locked.
 */
export async function mergeSubscriptions(tx: Database, { winnerId, loserId, isLate = false }: Merge): Promise<void> {
  const { columns, held, selected, isChanged, set } = partsOf(MERGED_SUBSCRIPTION);
  const record = (rows: string, before: SQL) =>
    sql`select ${loserId}::bigint, 'account_podcast', id, ${before}, sequence from ${sql.raw(rows)}`;
  await tx.repeatable.execute(sql`
    with merged as materialized (
      select held.id as held_id, to_jsonb(held) as held_before, held.account_id, account.sequence as base,
        own.id as own_id, to_jsonb(own) as own_before, ${isChanged} as is_changed, ${selected}
      from account_podcast held
      join account on account.id = held.account_id
      left join account_podcast own on own.account_id = held.account_id and own.podcast_id = ${winnerId}::bigint
      where held.podcast_id = ${loserId}::bigint
        and (not ${isLate}::boolean or held.subscribed_at is not null and held.unsubscribed_at is null)
    ), inserted as (
      insert into account_podcast (account_id, podcast_id, sequence, ${columns})
      select held.account_id, ${winnerId}::bigint, base + 2, ${held}
      from merged join account_podcast held on held.id = held_id
      where own_id is null
      returning id, sequence
    ), changed as (
      update account_podcast own set sequence = base + 2, updated_at = podcore_now(), ${set}
      from merged numbered where own.id = numbered.own_id and is_changed
      returning own.id, own.sequence, own_before
    ), ended as (
      update account_podcast held set sequence = base + 1, updated_at = podcore_now(),
        unsubscribed_at = case when held.subscribed_at is not null
          then coalesce(held.unsubscribed_at, podcore_now()) end
      from merged where held.id = merged.held_id
      returning held.id, held.sequence, held_before
    ), raised as (
      update account set sequence = base + 2 from merged where account.id = merged.account_id
    )
    insert into podcast_merge_row (loser_id, subject, row_id, before, sequence)
    ${record("inserted", sql`null::jsonb`)}
    union all ${record("changed", sql`own_before`)}
    union all ${record("ended", sql`held_before`)}
    on conflict (loser_id, subject, row_id) do update set sequence = excluded.sequence`);
}

/** Merges the states of the loser's episodes into those of the winner's same episodes. The loser's stay as they are. */
export async function mergeEpisodeStates(tx: Database, { loserId }: Pair): Promise<void> {
  const { columns, held, selected, isChanged, set } = partsOf(MERGED_EPISODE_STATE);
  await tx.repeatable.execute(sql`
    with merged as materialized (
      select held.id as held_id, held.account_id, (match.before->>'episode_id')::bigint as episode_id,
        own.id as own_id, to_jsonb(own) as own_before, ${isChanged} as is_changed, ${selected}
      from podcast_merge_row match
      join account_episode held on held.episode_id = match.row_id
      left join account_episode own
        on own.account_id = held.account_id and own.episode_id = (match.before->>'episode_id')::bigint
      where match.loser_id = ${loserId}::bigint and match.subject = 'episode_match'
    ), numbered as materialized (
      select merged.*,
        account.sequence + row_number() over (partition by merged.account_id order by merged.held_id) as number
      from merged join account on account.id = merged.account_id
      where own_id is null or is_changed
    ), inserted as (
      insert into account_episode (account_id, episode_id, sequence, ${columns})
      select held.account_id, numbered.episode_id, number, ${held}
      from numbered join account_episode held on held.id = held_id
      where own_id is null
      returning id, sequence
    ), changed as (
      update account_episode own set sequence = number, updated_at = podcore_now(), ${set}
      from numbered where own.id = numbered.own_id
      returning own.id, own.sequence, own_before
    ), raised as (
      update account set sequence = last.number
      from (select account_id, max(number) as number from numbered group by account_id) last
      where account.id = last.account_id
    )
    insert into podcast_merge_row (loser_id, subject, row_id, before, sequence)
    select ${loserId}::bigint, 'account_episode', id, null::jsonb, sequence from inserted
    union all select ${loserId}::bigint, 'account_episode', id, own_before, sequence from changed`);
}

/**
 * Gives accounts back what they held of both podcasts before a merge. Rows that an account has changed since stay as they
 * are. Call it once the accounts are locked.
 */
export async function unmergeListening(tx: Database, { loserId }: Pick<Pair, "loserId">): Promise<void> {
  await restore(tx, {
    loserId,
    table: "account_podcast",
    // An inserted row: the account is no longer subscribed.
    restored: {
      subscribed_at: (before) => sql`case when ${before} is null then now_row.subscribed_at
        else (${before}->>'subscribed_at')::timestamptz end`,
      unsubscribed_at: (before) => sql`case when ${before} is null
        then case when now_row.subscribed_at is not null then podcore_now() end
        else (${before}->>'unsubscribed_at')::timestamptz end`,
      added_at: (before) => sql`(${before}->>'added_at')::timestamptz`,
    },
  });
  await restore(tx, {
    loserId,
    table: "account_episode",
    // An inserted row: as if it were never listened to, but dated, so that apps learn of it.
    restored: {
      is_favorited: (before) => sql`coalesce((${before}->>'is_favorited')::boolean, false)`,
      favorited_at: (before) => sql`case when ${before} is null then now_row.favorited_at
        else (${before}->>'favorited_at')::timestamptz end`,
      is_played: (before) => sql`coalesce((${before}->>'is_played')::boolean, false)`,
      position_seconds: (before) => sql`case when ${before} is null then 0
        else (${before}->>'position_seconds')::int end`,
      listened_at: (before) => sql`case when ${before} is null then now_row.listened_at
        else (${before}->>'listened_at')::timestamptz end`,
    },
  });
}

type Restore = {
  loserId: number;
  table: "account_podcast" | "account_episode";
  /** The value of each column. `before` is the row before the merge, NULL if the merge inserted it. */
  restored: Record<string, (before: SQL) => SQL>;
};

async function restore(tx: Database, { loserId, table, restored }: Restore): Promise<void> {
  const name = sql.raw(table);
  const set = Object.entries(restored).map(([column, value]) => sql`${sql.raw(column)} = ${value(sql`back.before`)}`);
  await tx.repeatable.execute(sql`
    with back as materialized (
      select held.id, held.account_id, r.before,
        account.sequence + row_number() over (partition by held.account_id order by held.id) as number
      from podcast_merge_row r
      join ${name} held on held.id = r.row_id and held.sequence = r.sequence
      join account on account.id = held.account_id
      where r.loser_id = ${loserId}::bigint and r.subject = ${table}::text
    ), raised as (
      update account set sequence = last.number
      from (select account_id, max(number) as number from back group by account_id) last
      where account.id = last.account_id
    )
    update ${name} now_row set sequence = back.number, updated_at = podcore_now(), ${sql.join(set, sql`, `)}
    from back where now_row.id = back.id`);
}
