import type { Episode, Podcast } from "../../db/schema.ts";
import type { Segment } from "../../feed/files/segments.ts";
import type { StoredTranscript } from "../../podcasts/files/find-episode-files.ts";
import { type Html, html } from "../html.ts";
import { langAttribute } from "../language.ts";
import type { Page as SitePage } from "../layout.ts";
import { episodePath, pagePath, podcastPath, transcriptPath, webUrl } from "../links.ts";
import { pagingNav } from "../paging.ts";
import { type Media, player, positionLink, toMedia } from "../player.ts";

// About a minute of speech, so that there is a position to play from.
const PARAGRAPH_CHARACTERS = 800;
// A file without times can have long segments.
const PAGE_CHARACTERS = 100_000;

export type TranscriptView = {
  podcast: Pick<Podcast, "id" | "title" | "language" | "isBlocked">;
  episode: Pick<Episode, "id" | "title" | "mediaUrl" | "mediaType" | "isBlocked">;
  transcript: StoredTranscript;
  /** The segments of this page, of which it shows as many as fit. */
  segments: Segment[];
  /** Number of segments before them. */
  after: number;
  /** Where playback resumes. */
  positionSeconds: number;
};

/** A page of an episode's transcript, with a player. */
export function transcriptPage(view: TranscriptView): SitePage {
  const { podcast, episode, transcript, segments, after, positionSeconds } = view;
  const stateUrl = `/podcasts/${podcast.id}/episodes/${episode.id}/state`;
  const path = transcriptPath({ podcast, episode });
  const media = toMedia(episode);
  const shown = fitting(segments);
  const next = after + shown.length;
  const lang = langAttribute(transcript.language ?? podcast.language);
  const source = webUrl(transcript.url);
  const paging = pagingNav({
    path,
    after: after === 0 ? undefined : String(after),
    nextAfter: shown.length > 0 && next < transcript.numSegments ? String(next) : undefined,
    words: { first: "Start of the transcript", next: "Continue" },
  });
  return {
    titles: [after === 0 ? "Transcript" : "Transcript, continued", episode.title],
    about: {
      isBlocked: podcast.isBlocked || episode.isBlocked,
      path: pagePath(path, after === 0 ? undefined : String(after)),
      title: `Transcript: ${episode.title}`,
    },
    main: html`<article class="episode">
<div class="heading" dir="auto">
<div class="title-block">
<p class="of"${langAttribute(podcast.language)}><a href="${podcastPath(podcast)}">${podcast.title}</a></p>
<h1${langAttribute(podcast.language)}><a href="${episodePath(podcast, episode)}">${episode.title}</a></h1>
</div>
</div>
${media && player(media, { stateUrl, positionSeconds })}
<section class="transcript" aria-labelledby="transcript">
<h2 id="transcript">Transcript</h2>
<div dir="auto"${lang}>
${paragraphsOf(shown).map((paragraph) => paragraphHtml(paragraph, media))}
</div>
${shown.length === 0 && html`<p class="muted">The transcript has no more text.</p>`}
${paging}
${source !== undefined && html`<p class="muted">From <a href="${source}">the publisher's file</a></p>`}
</section>
</article>`,
  };
}

/** Returns the first segments, up to the page's length, and one at least. */
function fitting(segments: Segment[]): Segment[] {
  let length = 0;
  const end = segments.findIndex(({ text }, i) => {
    length += text.length;
    return i > 0 && length > PAGE_CHARACTERS;
  });
  return end === -1 ? segments : segments.slice(0, end);
}

type Paragraph = { startSeconds: number | undefined; speaker: string | undefined; texts: string[]; length: number };

/** Joins segments to paragraphs: a new one begins with another speaker, and where the last one is long. */
function paragraphsOf(segments: readonly Segment[]): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  for (const { startSeconds, speaker, text } of segments) {
    const last = paragraphs.at(-1);
    // Segments without times are paragraphs of the file.
    const isOver = last?.speaker !== speaker || startSeconds === undefined;
    if (last === undefined || isOver || last.length > PARAGRAPH_CHARACTERS)
      paragraphs.push({ startSeconds, speaker, texts: [text], length: text.length });
    else {
      last.texts.push(text);
      last.length += text.length;
    }
  }
  return paragraphs;
}

function paragraphHtml({ startSeconds, speaker, texts }: Paragraph, media: Media | undefined): Html {
  return html`<p>${startSeconds !== undefined && positionLink(startSeconds, media)}${
    speaker !== undefined && html`<strong>${speaker}:</strong> `
  }${texts.join(" ")}</p>
`;
}
