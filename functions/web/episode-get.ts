import { notFound } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { findEpisode } from "../../shared/sql/find-episode.ts";
import { type EpisodeView, episodePage } from "../../shared/web/episode-page.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { unslugId } from "../../shared/web/links.ts";

type Params = { podcastId: number; id: number };

export default httpFunction<Params, EpisodeView>({
  readParams: ({ params }) => ({
    podcastId: unslugId("podcast_id", params.podcastId ?? ""),
    id: unslugId("id", params.id ?? ""),
  }),

  async handle(ctx, { podcastId, id }) {
    const found = await findEpisode(ctx.db, { id, accountId: ctx.caller.account?.id });
    if (found?.podcast.id !== podcastId) throw notFound("episode", id);
    return found;
  },

  render: (view, ctx) => pageReply(ctx, episodePage(view)),
});
