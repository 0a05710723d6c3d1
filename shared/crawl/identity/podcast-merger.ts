import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import type { Database } from "../../db/pool.ts";
import { mergeEpisodeStates, mergeSubscriptions } from "./merge-listening.ts";

export type Pair = { winnerId: number; loserId: number };
export type MergeResult =
  | ({ kind: "merged"; numEpisodesMoved: number; numSubscriptions: number } & Pair)
  /** Nothing was changed. */
  | { kind: "refused"; reason: string };

type Merge = Pair & {
  /** The operator wants it, even if it was undone before. */
  isDecided?: boolean;
};
type Show = { isPrivate: boolean; isTakenDown: boolean; isMerged: boolean };

/**
 * Merges a podcast into another that is the same show: subscriptions, episode states, feed URLs, and the episodes that
 * only the loser has. The loser is hidden, and kept for a month to undo it (`unmergePodcasts`). One transaction; doing it
 * again changes nothing.
 *
 * The caller has to know that both are one show. Refuses private podcasts, those that were taken down, and two whose
 * merge was undone.
 */
export async function mergePodcasts(ctx: Context, { isDecided = false, ...pair }: Merge): Promise<MergeResult> {
  const result = await ctx.db.repeatable.transaction((tx) => merge(tx, { ...pair, isDecided }));
  const { winnerId, loserId } = pair;
  const fields = { winner_id: winnerId, loser_id: loserId };
  if (result.kind === "merged") {
    const { numEpisodesMoved, numSubscriptions } = result;
    ctx.log.info("Podcasts merged", {
      ...fields,
      num_episodes_moved: numEpisodesMoved,
      num_subscriptions: numSubscriptions,
    });
  } else ctx.log.warn("Podcasts not merged", { ...fields, reason: result.reason });
  return result;
}

async function merge(tx: Database, { isDecided, ...pair }: Merge): Promise<MergeResult> {
  const { winnerId, loserId } = pair;
  const refused = (reason: string): MergeResult => ({ kind: "refused", reason });
  if (winnerId === loserId) return refused("it is one podcast");
  const shows = await lockShows(tx, [winnerId, loserId]);
  const [winner, loser] = [shows.get(winnerId), shows.get(loserId)];
  if (winner === undefined || loser === undefined)
    return refused(`podcast "${winner === undefined ? winnerId : loserId}" not found`);
  if (loser.isMerged && (await isMergedInto(tx, pair))) return countMerged(tx, pair);
  for (const [id, show] of shows) {
    const why = show.isPrivate
      ? "private"
      : show.isTakenDown
        ? "taken down"
        : show.isMerged
          ? "merged already"
          : undefined;
    if (why !== undefined) return refused(`podcast "${id}" is ${why}`);
  }
  if (!isDecided && (await wasUndone(tx, pair))) return refused("it was undone before");
  // What an undone merge has left.
  await tx.repeatable.execute(sql`delete from podcast_merge_row where loser_id = ${loserId}::bigint`);
  await tx.repeatable.execute(sql`
    insert into podcast_merge (loser_id, winner_id) values (${loserId}::bigint, ${winnerId}::bigint)
    on conflict (loser_id) do update set
      winner_id = excluded.winner_id, merged_at = excluded.merged_at, undone_at = null`);
  await lockListeners(tx, loserId);
  await matchEpisodes(tx, pair);
  await mergeEpisodeStates(tx, pair);
  await mergeSubscriptions(tx, pair);
  await moveEpisodes(tx, pair);
  await moveAddresses(tx, pair);
  await hide(tx, pair);
  return countMerged(tx, pair);
}

/** Locks podcasts for a merge, in the same order as storing a feed, and by id, so that two merges do not deadlock. */
export async function lockShows(tx: Database, ids: readonly number[]): Promise<Map<number, Show>> {
  const list = sql`(${sql.join(
    ids.map((id) => sql`${id}::bigint`),
    sql`, `,
  )})`;
  await tx.repeatable.execute(
    sql`select from podcast_crawl where podcast_id in ${list} order by podcast_id for update`,
  );
  const rows = await tx.repeatable.execute<{
    id: string;
    is_private: boolean;
    is_taken_down: boolean;
    is_merged: boolean;
  }>(
    sql`
      select id, is_private, taken_down_at is not null as is_taken_down, merged_at is not null as is_merged
      from podcast where id in ${list} order by id for no key update`,
  );
  return new Map(
    rows.map((row) => [
      Number(row.id),
      { isPrivate: row.is_private, isTakenDown: row.is_taken_down, isMerged: row.is_merged },
    ]),
  );
}

/** Whether the loser was merged into this winner and still is. */
async function isMergedInto(tx: Database, { winnerId, loserId }: Pair): Promise<boolean> {
  const rows = await tx.repeatable.execute(sql`
    select from podcast_merge
    where loser_id = ${loserId}::bigint and winner_id = ${winnerId}::bigint and undone_at is null`);
  return rows.length > 0;
}

/** Whether the operator has undone a merge of these two, whichever won. */
async function wasUndone(tx: Database, { winnerId, loserId }: Pair): Promise<boolean> {
  const rows = await tx.repeatable.execute(sql`
    select from podcast_merge where undone_at is not null and (loser_id, winner_id) in (
      (${loserId}::bigint, ${winnerId}::bigint), (${winnerId}::bigint, ${loserId}::bigint))`);
  return rows.length > 0;
}

async function countMerged(tx: Database, pair: Pair): Promise<MergeResult> {
  const [row] = await tx.repeatable.execute<{ num_episodes: number; num_subscriptions: number }>(sql`
    select count(*) filter (where r.subject = 'episode')::int as num_episodes,
      count(distinct held.account_id) filter (where r.subject = 'account_podcast')::int as num_subscriptions
    from podcast_merge_row r
    left join account_podcast held on r.subject = 'account_podcast' and held.id = r.row_id
    where r.loser_id = ${pair.loserId}::bigint`);
  return {
    kind: "merged",
    ...pair,
    numEpisodesMoved: row?.num_episodes ?? 0,
    numSubscriptions: row?.num_subscriptions ?? 0,
  };
}

/** Locks all accounts that hold something of a podcast, by id, so that their rows and sequences can be changed. */
export async function lockListeners(tx: Database, podcastId: number): Promise<void> {
  await tx.repeatable.execute(sql`
    select from account where id in (
      select account_id from account_podcast where podcast_id = ${podcastId}::bigint
      union
      select held.account_id from account_episode held join episode e on e.id = held.episode_id
      where e.podcast_id = ${podcastId}::bigint
    ) order by id for no key update`);
}

/**
 * Records which episode of the winner each episode of the loser is: by GUID, else by media URL, else by title and date.
 * Each episode is matched once at most. What several episodes of one podcast share tells none of them apart, and would
 * pair each with each: thousands of episodes may have one title and no date.
 */
async function matchEpisodes(tx: Database, { winnerId, loserId }: Pair): Promise<void> {
  const [ofLoser, ofWinner] = [loserId, winnerId].map((id) => sql`filter (where podcast_id = ${id}::bigint)`);
  // Grouped instead of joined: for a join of new rows, without statistics, Postgres chooses a nested loop.
  const matchBy = (rank: number, columns: string) => sql`
    select min(id) ${ofLoser} as loser_episode, min(id) ${ofWinner} as winner_episode, ${sql.raw(String(rank))} as rank
    from episode where podcast_id in (${loserId}::bigint, ${winnerId}::bigint)
    group by ${sql.raw(columns)} having count(*) ${ofLoser} = 1 and count(*) ${ofWinner} = 1`;
  await tx.repeatable.execute(sql`
    with candidate as (
      ${matchBy(1, "guid_sha256")} union all ${matchBy(2, "media_url")} union all ${matchBy(3, "title, published_at")}
    ), best as (
      select distinct on (loser_episode) * from candidate order by loser_episode, rank, winner_episode
    ), matched as (
      select distinct on (winner_episode) * from best order by winner_episode, rank, loser_episode
    )
    insert into podcast_merge_row (loser_id, subject, row_id, before)
    select ${loserId}::bigint, 'episode_match', loser_episode, jsonb_build_object('episode_id', winner_episode)
    from matched`);
}

/** Gives the winner the loser's episodes that it does not have, with their states. */
async function moveEpisodes(tx: Database, { winnerId, loserId }: Pair): Promise<void> {
  await tx.repeatable.execute(sql`
    with moved as (
      update episode e set podcast_id = ${winnerId}::bigint, updated_at = podcore_now()
      where podcast_id = ${loserId}::bigint and not exists (
        select from podcast_merge_row r
        where r.loser_id = ${loserId}::bigint and r.subject = 'episode_match' and r.row_id = e.id)
      returning id, absent_since
    )
    insert into podcast_merge_row (loser_id, subject, row_id, before)
    select ${loserId}::bigint, 'episode', id, jsonb_build_object('absent_since', absent_since) from moved`);
}

/**
 * Gives the winner the loser's feed URLs, and what directories list under them. The winner keeps its current URL, unless
 * it has none or that one is gone: then it takes the loser's, without the old one's validators.
 */
async function moveAddresses(tx: Database, { winnerId, loserId }: Pair): Promise<void> {
  await tx.repeatable.execute(sql`
    insert into podcast_merge_row (loser_id, subject, row_id, before)
    select ${loserId}::bigint, 'feed_location', id, jsonb_build_object('podcast_id', podcast_id, 'is_current', is_current)
    from podcast_feed_location where podcast_id in (${winnerId}::bigint, ${loserId}::bigint)`);
  const [current] = await tx.repeatable.execute<{ id: string }>(sql`
    select id from podcast_feed_location where podcast_id = ${loserId}::bigint and is_current and not exists (
      select from podcast_feed_location own join podcast_crawl c on c.podcast_id = own.podcast_id
      where own.podcast_id = ${winnerId}::bigint and own.is_current and c.gone_at is null)`);
  await tx.repeatable.execute(sql`
    update podcast_feed_location set podcast_id = ${winnerId}::bigint, is_current = false
    where podcast_id = ${loserId}::bigint`);
  if (current !== undefined) {
    await tx.repeatable.execute(sql`
      update podcast_feed_location set is_current = false where podcast_id = ${winnerId}::bigint and is_current`);
    await tx.repeatable.execute(
      sql`update podcast_feed_location set is_current = true where id = ${current.id}::bigint`,
    );
    await tx.repeatable.execute(sql`
      update podcast_crawl set host = null, etag = null, last_modified = null, due_at = podcore_now(), gone_at = null,
        ${NO_MOVE}
      where podcast_id = ${winnerId}::bigint`);
  }
  await tx.repeatable.execute(sql`
    with moved as (
      update directory_podcast set podcast_id = ${winnerId}::bigint where podcast_id = ${loserId}::bigint returning id
    )
    insert into podcast_merge_row (loser_id, subject, row_id)
    select ${loserId}::bigint, 'directory_podcast', id from moved`);
}

/** Ends the observation of a move (`feed-mover`). What was seen before a merge says nothing about what is there after. */
export const NO_MOVE = sql`moved_to_url = null, moved_since = null, moved_identity = null, num_moves_seen = 0`;

/** Hides the loser, and ends any crawl of it in flight by changing its lease token. */
async function hide(tx: Database, { winnerId, loserId }: Pair): Promise<void> {
  await tx.repeatable.execute(sql`
    update podcast_crawl set lease_token = lease_token + 1, lease_expires_at = null, due_at = 'infinity',
      ${NO_MOVE}
    where podcast_id = ${loserId}::bigint`);
  await tx.repeatable.execute(sql`
    update podcast set updated_at = podcore_now(),
      merged_at = case when id = ${loserId}::bigint then podcore_now() end
    where id in (${winnerId}::bigint, ${loserId}::bigint)`);
  await tx.repeatable.execute(sql`
    delete from podcast_quarantine where podcast_id = ${loserId}::bigint and decision is null`);
}
