import { and, eq } from "drizzle-orm";
import { ensureAccount, type SignedIn } from "../../shared/accounts/sign-in.ts";
import { identify } from "../../shared/auth/identify.ts";
import type { Database } from "../../shared/db/pool.ts";
import { episode, podcast } from "../../shared/db/schema.ts";
import { badParameter, badRequest, notFound } from "../../shared/errors.ts";
import { prefersHtml } from "../../shared/http/error-reply.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { type Form, readFlag, readForm } from "../../shared/http/read-form.ts";
import { jsonReply, seeOther, withCookies } from "../../shared/http/reply.ts";
import * as episodeStateUpdater from "../../shared/listening/episode-state-updater.ts";
import { isVisible } from "../../shared/podcasts/visible.ts";
import { episodePath, unslugId } from "../../shared/web/links.ts";

type State = {
  isFavorited: boolean | undefined;
  isPlayed: boolean | undefined;
  positionSeconds: number | undefined;
};
type Params = { podcastId: number; id: number; state: State; wantsJson: boolean };
type View = {
  path: string;
  stored: { isFavorited: boolean; isPlayed: boolean; positionSeconds: number | null };
  wantsJson: boolean;
  setCookies: SignedIn["setCookies"];
};

/**
 * Stores the caller's state of an episode. Used by the toggle buttons of its page, with or without script, and by its
 * player.
 */
export default httpFunction<Params, View>({
  identify,

  readParams(request) {
    const form = readForm(request);
    const state = {
      isFavorited: readFlag(form, "favorited"),
      isPlayed: readFlag(form, "played"),
      positionSeconds: readPosition(form),
    };
    if (Object.values(state).every((value) => value === undefined)) {
      throw badRequest('Missing parameter "favorited", "played" or "position_seconds"');
    }
    return {
      podcastId: unslugId("podcast_id", request.params.podcastId ?? ""),
      id: unslugId("id", request.params.id ?? ""),
      state,
      wantsJson: prefersHtml(request.headers.accept) === false,
    };
  },

  async handle(ctx, { podcastId, id, state, wantsJson }) {
    // Checked first, so that no account is created for an episode that does not exist.
    const found = await findEpisodeTitles(ctx.db, { id, accountId: ctx.caller.account?.id });
    if (found?.podcast.id !== podcastId) throw notFound("episode", id);
    const { accountId, setCookies } = await ensureAccount(ctx);
    const stored = await episodeStateUpdater.run(ctx, { accountId, episodeId: id, ...state });
    return { path: episodePath(found.podcast, found.episode), stored, wantsJson, setCookies };
  },

  render({ path, stored, wantsJson, ...cookie }) {
    const { isFavorited: favorited, isPlayed: played, positionSeconds } = stored;
    return withCookies(wantsJson ? jsonReply({ favorited, played, positionSeconds }) : seeOther(path), cookie);
  },
});

function readPosition(form: Form): number | undefined {
  const text = form("position_seconds");
  if (text === "") return undefined;
  // Checked here too, so that no account is created for an invalid request.
  const isNumber = /^\d{1,10}(\.\d+)?$/.test(text);
  if (isNumber && Number(text) < episodeStateUpdater.POSITION_MAX + 1) return Number(text);
  throw badParameter("position_seconds", `not a number of seconds: "${text.slice(0, 100)}"`);
}

/**
 * Finds the titles of an episode and its podcast, if the account (or, without one, the public) may see them. Reads no
 * other columns, which can be large.
 */
export async function findEpisodeTitles(
  db: Database,
  { id, accountId }: { id: number; accountId: number | undefined },
) {
  const [row] = await db.repeatable
    .select({
      episode: { id: episode.id, title: episode.title },
      podcast: { id: podcast.id, title: podcast.title },
    })
    .from(episode)
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(and(eq(episode.id, id), isVisible(accountId)));
  return row;
}
