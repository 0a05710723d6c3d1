import { type SQL, sql } from "drizzle-orm";
import { changeAccount } from "../auth/change-account.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { type AccountEpisode, accountEpisode, episode, podcast } from "../db/schema.ts";
import { badParameter, notFound } from "../errors.ts";
import { isVisible } from "../podcasts/visible.ts";
import { findAccountEpisodes } from "./find-account-episodes.ts";

/** A report about an episode; fields that are left out do not change. */
type Params = {
  accountId: number;
  episodeId: number;
  isFavorited?: boolean | undefined;
  /** True clears the position. False sets it to the start, or to `positionSeconds`. */
  isPlayed?: boolean | undefined;
  /**
   * How far the episode was played, which marks it as unplayed unless `isPlayed` is true. Fractions are dropped. It may
   * exceed the feed's duration, since the file may have inserted ads.
   */
  positionSeconds?: number | undefined;
  /** The instant of the report, by default and at most now. A report older than the stored state changes nothing. */
  at?: Date | undefined;
};

/** Largest integer of Postgres and GraphQL: 68 years. */
export const POSITION_MAX = 2 ** 31 - 1;

/**
 * Stores an account's state of an episode. Needs no subscription to the podcast, and creates none.
 *
 * @throws UserError 400 for a position out of range; 404 if the episode does not exist or the account may not see it
 */
export async function run(ctx: Context, params: Params): Promise<AccountEpisode> {
  const { accountId, episodeId, isFavorited, at } = params;
  const changed = await setEpisodeState(ctx.db, {
    accountId,
    episodeId,
    isFavorited,
    at,
    listened: readListened(params),
  });
  if (changed !== undefined) return changed;

  const known = await findAccountEpisodes(ctx.db, { accountId, episodeIds: [episodeId] });
  const held = known.get(episodeId);
  if (held === undefined) throw notFound("episode", episodeId);
  return held;
}

function readListened({ isPlayed, positionSeconds }: Params) {
  const position = positionSeconds === undefined ? undefined : readPosition(positionSeconds);
  if (isPlayed === undefined && position === undefined) return undefined;
  return isPlayed ? { isPlayed, positionSeconds: null } : { isPlayed: false, positionSeconds: position ?? 0 };
}

function readPosition(seconds: number): number {
  const whole = Math.floor(seconds);
  if (whole >= 0 && whole <= POSITION_MAX) return whole;
  throw badParameter("position_seconds", `not a number from 0 to ${POSITION_MAX}: "${seconds}"`);
}

/** A report about an episode. Undefined fields do not change. */
export type EpisodeState = {
  accountId: number;
  episodeId: number;
  isFavorited: boolean | undefined;
  /** `positionSeconds` is null if the episode is played. */
  listened: { isPlayed: boolean; positionSeconds: number | null } | undefined;
  /** By default now; a future instant counts as now. */
  at: Date | undefined;
};

/**
 * Stores a report about an episode that the account may see, unless it is older than the stored state. An undated
 * report applies if it changes anything. A dated one also applies if it is newer, even with equal values, so that a
 * late report from in between is recognized as stale. @returns undefined if nothing changed
 */
export async function setEpisodeState(
  db: Database,
  { accountId, episodeId, isFavorited, listened, at }: EpisodeState,
): Promise<AccountEpisode | undefined> {
  const isDated = at !== undefined;
  const isFavoriteNewer = applies({ isDated, instant: "favorited_at", values: ["is_favorited"] });
  const isListenedNewer = applies({ isDated, instant: "listened_at", values: ["is_played", "position_seconds"] });
  // Stored in milliseconds, as in the API, so that a client that sends back an instant it was given is not late.
  const [row] = await changeAccount(db, {
    accountId,
    table: accountEpisode,
    write: sql`
      insert into account_episode as old (
        account_id, episode_id, sequence, is_favorited, favorited_at, is_played, position_seconds, listened_at)
      select locked.id, ${episode.id}, locked.sequence,
        ${isFavorited ?? false}::boolean, case when ${isFavorited !== undefined}::boolean then report.at end,
        ${listened?.isPlayed ?? false}::boolean, ${listened === undefined ? 0 : listened.positionSeconds}::int,
        case when ${listened !== undefined}::boolean then report.at end
      from locked, ${episode} join ${podcast} on ${podcast.id} = ${episode.podcastId}, (
        select date_trunc('milliseconds', least(${at?.toISOString() ?? null}::timestamptz, podcore_now())) as at
      ) report
      where ${episode.id} = ${episodeId}::bigint and ${isVisible(accountId)}
      on conflict on constraint account_episode_account_id_episode_id_unique do update set
        is_favorited = case when ${isFavoriteNewer} then excluded.is_favorited else old.is_favorited end,
        favorited_at = case when ${isFavoriteNewer} then greatest(excluded.favorited_at, old.favorited_at)
          else old.favorited_at end,
        is_played = case when ${isListenedNewer} then excluded.is_played else old.is_played end,
        position_seconds = case when ${isListenedNewer} then excluded.position_seconds else old.position_seconds end,
        listened_at = case when ${isListenedNewer} then greatest(excluded.listened_at, old.listened_at)
          else old.listened_at end,
        sequence = excluded.sequence, updated_at = podcore_now()
      where ${isFavoriteNewer} or ${isListenedNewer}
      returning old.*`,
  });
  return row;
}

type Fact = { isDated: boolean; instant: string; values: string[] };

/**
 * True if a report applies. An undated report is newer than anything stored, even if the database's clock went
 * backwards.
 */
function applies({ isDated, instant, values }: Fact): SQL {
  const differs = (names: string[]) =>
    `(${names.map((it) => `old.${it}`)}) is distinct from (${names.map((it) => `excluded.${it}`)})`;
  return sql.raw(
    isDated
      ? `(excluded.${instant} is not null and coalesce(excluded.${instant} >= old.${instant}, true)
          and ${differs([instant, ...values])})`
      : `(excluded.${instant} is not null and ${differs(values)})`,
  );
}
