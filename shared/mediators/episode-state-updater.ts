import type { Context } from "../context.ts";
import type { AccountEpisode } from "../db/schema.ts";
import { badParameter, notFound } from "../errors.ts";
import { findAccountEpisodes } from "../sql/find-account-episodes.ts";
import { setEpisodeState } from "../sql/set-episode-state.ts";

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
