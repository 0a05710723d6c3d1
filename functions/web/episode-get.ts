import { identify } from "../../shared/auth/identify.ts";
import { notFound } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { findAccountEpisodes } from "../../shared/sql/find-account-episodes.ts";
import { findEpisode } from "../../shared/sql/find-episode.ts";
import { type EpisodeView, episodePage } from "../../shared/web/episode-page.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { unslugId } from "../../shared/web/links.ts";

type Params = { podcastId: number; id: number };

export default httpFunction<Params, EpisodeView>({
  identify,

  readParams: ({ params }) => ({
    podcastId: unslugId("podcast_id", params.podcastId ?? ""),
    id: unslugId("id", params.id ?? ""),
  }),

  async handle(ctx, { podcastId, id }) {
    const accountId = ctx.caller.account?.id;
    const [found, own] = await Promise.all([
      findEpisode(ctx.db, { id, accountId }),
      accountId === undefined ? undefined : findAccountEpisodes(ctx.db, { accountId, episodeIds: [id] }),
    ]);
    if (found?.podcast.id !== podcastId) throw notFound("episode", id);
    return { ...found, own: own?.get(id) };
  },

  render: (view, ctx) => pageReply(ctx, episodePage(view)),
});
