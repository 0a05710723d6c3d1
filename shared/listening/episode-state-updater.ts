import { type SQL, sql } from "drizzle-orm";
import { changeAccount } from "../auth/change-account.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/pool.ts";
import { type AccountEpisode, accountEpisode, episode, podcast } from "../db/schema.ts";
import { badParameter, notFound } from "../errors.ts";
import { isVisible } from "../podcasts/visible.ts";
import { findAccountEpisodes } from "./find-account-episodes.ts";

/** What is said of an episode; what is left out stays as it is. */
type Params = {
  accountId: number;
  episodeId: number;
  isFavorited?: boolean | undefined;
  /** Played ends the position; unplayed puts it at the start, or at `positionSeconds`. */
  isPlayed?: boolean | undefined;
  /**
   * How far it was heard, which makes it unplayed unless `isPlayed` says otherwise. Fractions are dropped. It may lie behind
   * the duration that the feed gives: what is played may have had advertisements put into it.
   */
  positionSeconds?: number | undefined;
  /** When it was so: now unless given, and at most now. What is older than what is stored changes nothing. */
  at?: Date | undefined;
};

/** An integer's in Postgres and in GraphQL; 68 years. */
export const POSITION_MAX = 2 ** 31 - 1;

/**
 * Stores what an account has done with an episode. Whether it holds the podcast does not matter: what somebody listens to
 * needs no subscription, and no row that says that there is none.
 *
 * @throws UserError 400 for a position out of range; 404 for an episode that the account may not see, too
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

/** What is said of an episode: undefined where nothing is. */
export type EpisodeState = {
  accountId: number;
  episodeId: number;
  isFavorited: boolean | undefined;
  /** `positionSeconds` is null once it is played. */
  listened: { isPlayed: boolean; positionSeconds: number | null } | undefined;
  /** When it was so; now unless given, and where it lies ahead. */
  at: Date | undefined;
};

/**
 * Stores what is said of an episode that the account may see, but for what is older than what is stored. Without `at` it
 * is news where it differs; with it, a later instant is news too: what lies between the two and comes late is then known
 * to be older. @returns undefined where nothing changed
 */
export async function setEpisodeState(
  db: Database,
  { accountId, episodeId, isFavorited, listened, at }: EpisodeState,
): Promise<AccountEpisode | undefined> {
  const isDated = at !== undefined;
  const isFavoriteNews = isNews({ isDated, instant: "favorited_at", values: ["is_favorited"] });
  const isListenedNews = isNews({ isDated, instant: "listened_at", values: ["is_played", "position_seconds"] });
  // Milliseconds, as the API tells them: whoever sends back what it was told is not an instant late.
  const [row] = await changeAccount(db, {
    accountId,
    table: accountEpisode,
    write: sql`
      insert into account_episode as old (
        account_id, episode_id, sequence, is_favorited, favorited_at, is_played, position_seconds, listened_at)
      select locked.id, ${episode.id}, locked.sequence,
        ${isFavorited ?? false}::boolean, case when ${isFavorited !== undefined}::boolean then said.at end,
        ${listened?.isPlayed ?? false}::boolean, ${listened === undefined ? 0 : listened.positionSeconds}::int,
        case when ${listened !== undefined}::boolean then said.at end
      from locked, ${episode} join ${podcast} on ${podcast.id} = ${episode.podcastId}, (
        select date_trunc('milliseconds', least(${at?.toISOString() ?? null}::timestamptz, podcore_now())) as at
      ) said
      where ${episode.id} = ${episodeId}::bigint and ${isVisible(accountId)}
      on conflict on constraint account_episode_account_id_episode_id_unique do update set
        is_favorited = case when ${isFavoriteNews} then excluded.is_favorited else old.is_favorited end,
        favorited_at = case when ${isFavoriteNews} then greatest(excluded.favorited_at, old.favorited_at)
          else old.favorited_at end,
        is_played = case when ${isListenedNews} then excluded.is_played else old.is_played end,
        position_seconds = case when ${isListenedNews} then excluded.position_seconds else old.position_seconds end,
        listened_at = case when ${isListenedNews} then greatest(excluded.listened_at, old.listened_at)
          else old.listened_at end,
        sequence = excluded.sequence, updated_at = podcore_now()
      where ${isFavoriteNews} or ${isListenedNews}
      returning old.*`,
  });
  return row;
}

type Fact = { isDated: boolean; instant: string; values: string[] };

/** What is said without an instant comes after all that is stored, whatever the database's clock did meanwhile. */
function isNews({ isDated, instant, values }: Fact): SQL {
  const differs = (names: string[]) =>
    `(${names.map((it) => `old.${it}`)}) is distinct from (${names.map((it) => `excluded.${it}`)})`;
  return sql.raw(
    isDated
      ? `(excluded.${instant} is not null and coalesce(excluded.${instant} >= old.${instant}, true)
          and ${differs([instant, ...values])})`
      : `(excluded.${instant} is not null and ${differs(values)})`,
  );
}
