import { identify } from "../../shared/auth/identify.ts";
import { notFound } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { findAccountEpisodes } from "../../shared/sql/find-account-episodes.ts";
import { findEpisode } from "../../shared/sql/find-episode.ts";
import { asksForPassword, findPasswordHosts } from "../../shared/sql/find-password-hosts.ts";
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
    const [found, hosts, own] = await Promise.all([
      findEpisode(ctx.db, { id, accountId }),
      findPasswordHosts(ctx.db, { podcastIds: [podcastId], accountId }),
      accountId === undefined ? undefined : findAccountEpisodes(ctx.db, { accountId, episodeIds: [id] }),
    ]);
    if (found?.podcast.id !== podcastId) throw notFound("episode", id);
    const needsFeedPassword = asksForPassword(found.episode, hosts);
    return { ...found, own: own?.get(id), needsFeedPassword };
  },

  render: (view, ctx) => pageReply(ctx, episodePage(view)),
});
