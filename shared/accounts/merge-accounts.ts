import { sql } from "drizzle-orm";
import { MERGED_EPISODE_STATE, MERGED_SUBSCRIPTION, type MergedFacts, partsOf } from "../db/merged-facts.ts";
import type { Database } from "../db/pool.ts";

type Merge = { fromId: number; intoId: number };
/** `isDone` is false if both accounts still exist and there is more to merge. */
export type Merged = { isDone: boolean };

/**
 * The most episode states that one call merges. Each is written to six indexes, so 200,000 would take over 7 s. This
 * many take a few tenths of a second, during which other changes to the account wait.
 */
const MERGE_SIZE = 5_000;

/**
 * Moves what one account holds to another: all its podcasts, and up to `size` of its episode states. Deletes the
 * account when nothing is left; otherwise ends its logins, so that nobody gets back in. If both hold the same podcast
 * or episode, the later value of each fact wins, and a subscription counts from the earlier start. Changed rows are
 * numbered like the account's other changes; unchanged rows are not written.
 *
 * Call it in a transaction, and again in another until it is done. If the target account is gone and `isResumed` is
 * set, the source is deleted too: its owner has deleted both.
 */
export async function mergeAccounts(
  db: Database,
  { fromId, intoId, size = MERGE_SIZE, isResumed = false }: Merge & { size?: number; isResumed?: boolean },
): Promise<Merged> {
  // Locks in order of id, so that two opposite merges do not deadlock.
  const found = await db.repeatable.execute<{ id: string }>(sql`
    select id from account where id in (${fromId}::bigint, ${intoId}::bigint) order by id for update`);
  const isThere = (id: number) => found.some((row) => Number(row.id) === id);
  if (!isThere(fromId)) return { isDone: true };
  if (isThere(intoId)) {
    await mergePodcasts(db, { fromId, intoId });
    const numMerged = await mergeEpisodes(db, { fromId, intoId, size });
    if (numMerged === size) {
      await deleteCredentials(db, fromId);
      return { isDone: false };
    }
  } else if (!isResumed) return { isDone: true };
  await db.repeatable.execute(sql`delete from account where id = ${fromId}::bigint`);
  return { isDone: true };
}

async function mergePodcasts(db: Database, { fromId, intoId }: Merge): Promise<void> {
  const table = { table: "account_podcast", subject: "podcast_id", facts: MERGED_SUBSCRIPTION } as const;
  await merge(db, { fromId, intoId, size: undefined, ...table });
}

function mergeEpisodes(db: Database, { fromId, intoId, size }: Merge & { size: number }): Promise<number> {
  const table = { table: "account_episode", subject: "episode_id", facts: MERGED_EPISODE_STATE } as const;
  return merge(db, { fromId, intoId, size, ...table });
}

type Rows = Merge & {
  table: "account_podcast" | "account_episode";
  /** The column of the podcast or episode. */
  subject: "podcast_id" | "episode_id";
  /**
   * The new value of a row that both accounts hold, by column. `own` belongs to the target account, `held` to the
   * source.
   */
  facts: MergedFacts;
  /** All rows if undefined. */
  size: number | undefined;
};

/**
 * Merges rows of one table, the first changed first. Rows that only the source holds are moved; for rows that both
 * hold, the target's is updated where it changes and the source's deleted. The accounts are locked, so no row can be
 * added in between.
 *
 * @returns the number of rows of the source account that were merged
 */
async function merge(db: Database, { fromId, intoId, table: name, subject, facts, size }: Rows): Promise<number> {
  const table = sql.raw(name);
  const about = sql.raw(subject);
  const { selected, isChanged, set } = partsOf(facts);
  const [row] = await db.repeatable.execute<{ num_merged: number }>(sql`
    with merged as materialized (
      select held.id, held.sequence, own.id as own_id,
        ${isChanged} as is_changed, ${selected}
      from (
        select * from ${table} where account_id = ${fromId}::bigint
        order by sequence, id limit ${size ?? null}::bigint
      ) held
      left join ${table} own on own.account_id = ${intoId}::bigint and own.${about} = held.${about}
    ), numbered as materialized (
      select merged.*, account.sequence + row_number() over (order by merged.sequence, merged.id) as number
      from merged, account
      where account.id = ${intoId}::bigint and (own_id is null or is_changed)
    ), handed_over as (
      update ${table} held set account_id = ${intoId}::bigint, sequence = number, updated_at = podcore_now()
      from numbered where held.id = numbered.id and own_id is null
    ), changed as (
      update ${table} own set sequence = number, updated_at = podcore_now(), ${set}
      from numbered where own.id = numbered.own_id
    ), deleted as (
      delete from ${table} held using merged where held.id = merged.id and own_id is not null
    ), counted as (
      update account set sequence = account.sequence + (select count(*) from numbered)
      where id = ${intoId}::bigint
    )
    select count(*)::int as num_merged from merged`);
  return row?.num_merged ?? 0;
}

async function deleteCredentials(db: Database, accountId: number): Promise<void> {
  await db.repeatable.execute(sql`delete from login where account_id = ${accountId}::bigint`);
  await db.repeatable.execute(sql`delete from api_key where account_id = ${accountId}::bigint`);
  await db.repeatable.execute(sql`delete from verification_code where account_id = ${accountId}::bigint`);
}
