import { notFound } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { toPage } from "../../shared/sql/cursor.ts";
import { findPodcast } from "../../shared/sql/find-podcast.ts";
import { listEpisodes } from "../../shared/sql/list-episodes.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { unslugId } from "../../shared/web/links.ts";
import { type PodcastView, podcastPage } from "../../shared/web/podcast-page.ts";

// As many as the original shows.
const PAGE_SIZE = 50;

type Params = { id: number; after: string | undefined };

export default httpFunction<Params, PodcastView>({
  readParams: ({ params, query }) => ({
    id: unslugId("id", params.id ?? ""),
    after: query.get("after") || undefined,
  }),

  async handle(ctx, { id, after }) {
    const accountId = ctx.caller.account?.id;
    const [podcast, episodes] = await Promise.all([
      findPodcast(ctx.db, { id, accountId }),
      listEpisodes(ctx.db, { podcastId: id, accountId, first: PAGE_SIZE, after }),
    ]);
    if (podcast === undefined) throw notFound("podcast", id);
    return { podcast, episodes: toPage(episodes, PAGE_SIZE), after };
  },

  render: (view, ctx) => pageReply(ctx, podcastPage(view)),
});
