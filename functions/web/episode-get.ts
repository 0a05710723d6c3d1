import { and, eq } from "drizzle-orm";
import { identify } from "../../shared/auth/identify.ts";
import type { Database } from "../../shared/db/pool.ts";
import { episode, podcast } from "../../shared/db/schema.ts";
import { notFound } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { movedPermanently } from "../../shared/http/reply.ts";
import { findAccountEpisodes } from "../../shared/listening/find-account-episodes.ts";
import * as fileRequester from "../../shared/podcasts/files/file-requester.ts";
import { findFileChapters, findTranscripts } from "../../shared/podcasts/files/find-episode-files.ts";
import { asksForPassword, findPasswordHosts } from "../../shared/podcasts/find-password-hosts.ts";
import { findSuccessor, type Successor } from "../../shared/podcasts/identity/find-successor.ts";
import { isVisible } from "../../shared/podcasts/visible.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { successorPath, unslugId } from "../../shared/web/links.ts";
import { type EpisodeView, episodePage } from "../../shared/web/pages/episode-page.ts";

type Params = { podcastId: number; id: number };

export default httpFunction<Params, EpisodeView | { successor: Successor }>({
  identify,

  readParams: ({ params }) => ({
    podcastId: unslugId("podcast_id", params.podcastId ?? ""),
    id: unslugId("id", params.id ?? ""),
  }),

  async handle(ctx, { podcastId, id }) {
    const accountId = ctx.caller.account?.id;
    const shown = { ids: [id], accountId };
    const [found, chapters, transcripts, hosts, own] = await Promise.all([
      findEpisode(ctx.db, { id, accountId }),
      findFileChapters(ctx.db, shown),
      findTranscripts(ctx.db, shown),
      findPasswordHosts(ctx.db, { podcastIds: [podcastId], accountId }),
      accountId === undefined ? undefined : findAccountEpisodes(ctx.db, { accountId, episodeIds: [id] }),
    ]);
    if (found?.podcast.id !== podcastId) {
      const successor = await findSuccessor(ctx.db, { podcastId, episodeId: id });
      if (successor === undefined) throw notFound("episode", id);
      return { successor };
    }
    await fileRequester.open(ctx, { episodeId: id });
    return {
      ...found,
      own: own?.get(id),
      needsFeedPassword: asksForPassword(found.episode, hosts),
      fileChapters: chapters.get(id)?.chapters,
      hasTranscript: transcripts.has(id),
    };
  },

  render: (view, ctx) =>
    "successor" in view ? movedPermanently(successorPath(view.successor)) : pageReply(ctx, episodePage(view)),
});

/** Finds an episode with its podcast, if the account (or, without one, the public) may see it. */
export async function findEpisode(db: Database, { id, accountId }: { id: number; accountId: number | undefined }) {
  const [row] = await db.repeatable
    .select({ episode, podcast })
    .from(episode)
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(and(eq(episode.id, id), isVisible(accountId)));
  return row;
}
