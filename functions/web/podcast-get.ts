import { identify } from "../../shared/auth/identify.ts";
import type { Context } from "../../shared/context.ts";
import { notFound } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { toPage } from "../../shared/sql/cursor.ts";
import { findAccountEpisodes } from "../../shared/sql/find-account-episodes.ts";
import { findAccountPodcasts } from "../../shared/sql/find-account-podcasts.ts";
import { findPodcast } from "../../shared/sql/find-podcast.ts";
import { type ListedEpisode, listEpisodes } from "../../shared/sql/list-episodes.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { unslugId } from "../../shared/web/links.ts";
import { type PodcastView, podcastPage } from "../../shared/web/podcast-page.ts";

// As many as the original shows.
const PAGE_SIZE = 50;

type Params = { id: number; after: string | undefined };

export default httpFunction<Params, PodcastView>({
  identify,

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
    const page = toPage(episodes, PAGE_SIZE);
    return { podcast, episodes: page, after, own: await findOwn(ctx, { podcastId: id, episodes: page.items }) };
  },

  render: (view, ctx) => pageReply(ctx, podcastPage(view, { isSignedIn: ctx.caller.account?.email != null })),
});

type Shown = { podcastId: number; episodes: ListedEpisode[] };

/** What whoever asks has to do with what the page shows. */
async function findOwn(ctx: Context, { podcastId, episodes }: Shown): Promise<PodcastView["own"]> {
  const accountId = ctx.caller.account?.id;
  if (accountId === undefined) return { isSubscribed: false, episodes: new Map() };
  const [podcasts, states] = await Promise.all([
    findAccountPodcasts(ctx.db, { accountId, podcastIds: [podcastId] }),
    findAccountEpisodes(ctx.db, { accountId, episodeIds: episodes.map(({ id }) => id) }),
  ]);
  const held = podcasts.get(podcastId);
  return { isSubscribed: held?.subscribedAt != null && held.unsubscribedAt === null, episodes: states };
}
