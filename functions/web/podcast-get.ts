import { identify } from "../../shared/auth/identify.ts";
import type { Context } from "../../shared/context.ts";
import { toPage } from "../../shared/db/cursor.ts";
import { notFound } from "../../shared/errors.ts";
import { findPathToken } from "../../shared/fetch/path-token.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { movedPermanently } from "../../shared/http/reply.ts";
import { findAccountEpisodes } from "../../shared/listening/find-account-episodes.ts";
import { findAccountPodcasts } from "../../shared/listening/find-account-podcasts.ts";
import { findPodcast } from "../../shared/podcasts/find-podcast.ts";
import { findTakedowns } from "../../shared/podcasts/find-takedowns.ts";
import { findSuccessor, type Successor } from "../../shared/podcasts/identity/find-successor.ts";
import { type ListedEpisode, listEpisodes } from "../../shared/podcasts/list-episodes.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { successorPath, unslugId } from "../../shared/web/links.ts";
import { type PodcastView, podcastPage } from "../../shared/web/pages/podcast-page.ts";
import { type TakedownView, takedownPage } from "../../shared/web/pages/takedown-page.ts";

// As many as in the original podcore.
const PAGE_SIZE = 50;

type Params = { id: number; after: string | undefined };

type Moved = { successor: Successor };

export default httpFunction<Params, PodcastView | TakedownView | Moved>({
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
    if (podcast === undefined) return (await findMoved(ctx, id)) ?? findTakedown(ctx, id);
    const page = toPage(episodes, PAGE_SIZE);
    const own = await findOwn(ctx, { podcastId: id, episodes: page.items });
    return { podcast, episodes: page, after, own, suspectPart: findPathToken(podcast.feedUrl ?? "") };
  },

  render(view, ctx) {
    if ("successor" in view) return movedPermanently(successorPath(view.successor));
    if ("takedown" in view) return pageReply(ctx, takedownPage(view));
    return pageReply(ctx, podcastPage(view, { isSignedIn: ctx.caller.account?.email != null }));
  },
});

/** Finds the podcast that this one was merged into. */
async function findMoved({ db }: Context, podcastId: number): Promise<Moved | undefined> {
  const successor = await findSuccessor(db, { podcastId });
  return successor && { successor };
}

/**
 * Finds the takedown that a podcast's subscribers can see. For everyone else the podcast does not exist. @throws
 * UserError 404
 */
async function findTakedown(ctx: Context, podcastId: number): Promise<TakedownView> {
  const accountId = ctx.caller.account?.id;
  if (accountId === undefined) throw notFound("podcast", podcastId);
  const takedowns = await findTakedowns(ctx.db, { accountId, podcastIds: [podcastId] });
  const takedown = takedowns.get(podcastId);
  if (takedown === undefined) throw notFound("podcast", podcastId);
  const { isSubscribed } = await findOwn(ctx, { podcastId, episodes: [] });
  return { podcastId, takedown, isSubscribed };
}

type Shown = { podcastId: number; episodes: ListedEpisode[] };

/** Finds the caller's subscription and episode states for this page. */
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
