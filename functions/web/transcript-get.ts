import { and, eq } from "drizzle-orm";
import { identify } from "../../shared/auth/identify.ts";
import type { Database } from "../../shared/db/pool.ts";
import { episode, podcast } from "../../shared/db/schema.ts";
import { badParameter, notFound } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { findAccountEpisodes } from "../../shared/listening/find-account-episodes.ts";
import { findSegments, findTranscripts } from "../../shared/podcasts/files/find-episode-files.ts";
import { isVisible } from "../../shared/podcasts/visible.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { unslugId } from "../../shared/web/links.ts";
import { type TranscriptView, transcriptPage } from "../../shared/web/pages/transcript-page.ts";

// Half an hour of captions, which is some 60 kB.
const PAGE_SIZE = 500;

type Params = { podcastId: number; id: number; after: number };

export default httpFunction<Params, TranscriptView>({
  identify,

  readParams: ({ params, query }) => ({
    podcastId: unslugId("podcast_id", params.podcastId ?? ""),
    id: unslugId("id", params.id ?? ""),
    after: readAfter(query.get("after") ?? ""),
  }),

  async handle(ctx, { podcastId, id, after }) {
    const accountId = ctx.caller.account?.id;
    const shown = { ids: [id], accountId };
    const [found, transcripts, segments, own] = await Promise.all([
      findTitles(ctx.db, { id, accountId }),
      findTranscripts(ctx.db, shown),
      findSegments(ctx.db, { ...shown, first: PAGE_SIZE, after }),
      accountId === undefined ? undefined : findAccountEpisodes(ctx.db, { accountId, episodeIds: [id] }),
    ]);
    if (found?.podcast.id !== podcastId) throw notFound("episode", id);
    const transcript = transcripts.get(id);
    if (transcript === undefined) throw notFound("transcript", id);
    const positionSeconds = own?.get(id)?.positionSeconds ?? 0;
    return { ...found, transcript, after, positionSeconds, segments: segments.get(id) ?? [] };
  },

  render: (view, ctx) => pageReply(ctx, transcriptPage(view)),
});

/** Reads how many segments the pages before have. @throws UserError 400 */
function readAfter(text: string): number {
  if (/^\d{0,9}$/.test(text)) return Number(text);
  throw badParameter("after", `not a number: "${text.slice(0, 100)}"`);
}

/** Finds what names an episode and plays it, if the account (or, without one, the public) may see it. */
async function findTitles(db: Database, { id, accountId }: { id: number; accountId: number | undefined }) {
  const { title, mediaUrl, mediaType, isBlocked } = episode;
  const [row] = await db.repeatable
    .select({
      episode: { id: episode.id, title, mediaUrl, mediaType, isBlocked },
      podcast: { id: podcast.id, title: podcast.title, language: podcast.language, isBlocked: podcast.isBlocked },
    })
    .from(episode)
    .innerJoin(podcast, eq(podcast.id, episode.podcastId))
    .where(and(eq(episode.id, id), isVisible(accountId)));
  return row;
}
