import type { AccountEpisode, Episode, Podcast } from "../../db/schema.ts";
import type { Chapter, Transcript } from "../../feed/model.ts";
import { artwork } from "../artwork.ts";
import { episodeMeta } from "../episode-meta.ts";
import { notice } from "../form.ts";
import { type Html, html, raw } from "../html.ts";
import { langAttribute } from "../language.ts";
import type { Page as SitePage } from "../layout.ts";
import { episodePath, podcastPath, transcriptPath, webUrl } from "../links.ts";
import { peopleSection } from "../people.ts";
import { type Media, player, positionLink, toMedia } from "../player.ts";
import { toggle } from "../toggle.ts";
import { bytesText, startOfNotes } from "../words.ts";

// In CSS pixels, on a wide screen.
const ARTWORK_SIZE = 176;

// More than a search result or shared link shows.
const DESCRIPTION_MAX_CHARACTERS = 300;

const MEDIA_WORDS = { audio: "Audio file", video: "Video file", file: "File" };

// Browsers ask for the password, and podcast apps store it. It is not shown on the page, where bystanders could read
// it.
const PASSWORD_WORDS = {
  audio: "To play this audio, enter the user name and password of this podcast's feed.",
  video: "To play this video, enter the user name and password of this podcast's feed.",
  file: "To open this file, enter the user name and password of this podcast's feed.",
};

const TRANSCRIPT_WORDS: Record<string, string> = {
  "application/json": "JSON",
  "application/srt": "SRT",
  "application/x-subrip": "SRT",
  "text/html": "HTML",
  "text/plain": "Text",
  "text/srt": "SRT",
  "text/vtt": "WebVTT",
};

export type EpisodeView = {
  podcast: Podcast;
  episode: Episode;
  /** The caller's state of the episode. */
  own: AccountEpisode | undefined;
  /** The media is on the host of a password-protected feed. */
  needsFeedPassword?: boolean;
  /** Chapters from the file that the feed links to, which are shown instead of those in the feed. */
  fileChapters?: Chapter[] | undefined;
  /** There is a page with the transcript. */
  hasTranscript?: boolean;
};

type Of = Pick<EpisodeView, "podcast" | "episode">;

/** The page of an episode: player, notes, chapters, transcripts and people. */
export function episodePage(view: EpisodeView): SitePage {
  const { podcast, episode, own, needsFeedPassword, fileChapters, hasTranscript = false } = view;
  const { title, descriptionHtml } = episode;
  const media = toMedia(episode);
  const stateUrl = `/podcasts/${podcast.id}/episodes/${episode.id}/state`;
  return {
    titles: [title, podcast.title],
    about: {
      isBlocked: podcast.isBlocked || episode.isBlocked,
      path: episodePath(podcast, episode),
      title,
      description: startOfNotes(descriptionHtml ?? "", { maxCharacters: DESCRIPTION_MAX_CHARACTERS }),
      imageUrl: webUrl(episode.imageUrl) ?? webUrl(podcast.imageUrl),
      audio: media?.kind === "audio" ? { url: media.url, mediaType: media.mediaType } : undefined,
    },
    main: html`<article class="episode">
${episodeHeader({ podcast, episode })}
${media && needsFeedPassword && notice(PASSWORD_WORDS[media.kind])}
${media && player(media, { stateUrl, positionSeconds: own?.positionSeconds ?? 0 })}
${toggles(stateUrl, own)}
${actions(episode, media)}
<div class="columns">
${notesSection({ podcast, episode })}
<div class="aside">
${chaptersSection(episode, { chapters: fileChapters ?? episode.chapters, media })}
${transcriptsSection(episode.namespace.transcripts, hasTranscript ? transcriptPath({ podcast, episode }) : undefined)}
${peopleSection(episode.namespace.persons)}
</div>
</div>
</article>`,
  };
}

function toggles(action: string, own: AccountEpisode | undefined): Html {
  return html`<div class="toggles">
${toggle({
  action,
  name: "favorited",
  isOn: own?.isFavorited ?? false,
  words: { on: "Remove from favorites", off: "Add to favorites" },
})}
${toggle({
  action,
  name: "played",
  isOn: own?.isPlayed ?? false,
  words: { on: "Mark as unplayed", off: "Mark as played" },
})}
</div>`;
}

function episodeHeader({ podcast, episode }: Of): Html {
  const imageUrl = episode.imageUrl ?? podcast.imageUrl;
  const lang = langAttribute(podcast.language);
  return html`<div class="heading" dir="auto">
${artwork({ id: podcast.id, title: podcast.title, imageUrl, size: ARTWORK_SIZE, alt: "Artwork" })}
<div class="title-block">
<p class="of"${lang}><a href="${podcastPath(podcast)}">${podcast.title}</a></p>
<h1${lang}>${episode.title}</h1>
${episodeMeta(episode)}
${episode.author !== null && episode.author !== podcast.author && html`<p class="author">${episode.author}</p>`}
${episode.absentSince !== null && html`<p class="muted" dir="ltr">No longer in the feed</p>`}
</div>
</div>`;
}

function actions({ linkUrl, mediaBytes }: Episode, media: Media | undefined): Html {
  const website = webUrl(linkUrl);
  const size = mediaBytes !== null && mediaBytes > 0 ? ` (${bytesText(mediaBytes)})` : "";
  return html`<ul class="actions">
${media && html`<li><a class="button" href="${media.url}">${MEDIA_WORDS[media.kind]}${size}</a></li>`}
${website !== undefined && html`<li><a class="button" href="${website}">Website</a></li>`}
</ul>`;
}

function notesSection({ podcast, episode }: Of): Html {
  return html`<section class="notes" aria-labelledby="notes">
<h2 id="notes">Notes</h2>
${
  episode.descriptionHtml
    ? // Sanitized before it was stored (shared/feed). Nothing else may be inserted raw.
      html`<div class="prose" dir="auto"${langAttribute(podcast.language)}>${raw(episode.descriptionHtml)}</div>`
    : html`<p class="muted">This episode has no notes.</p>`
}
</section>`;
}

type Chapters = { chapters: readonly Chapter[]; media: Media | undefined };
function chaptersSection(episode: Episode, { chapters, media }: Chapters): Html | undefined {
  const link = webUrl(episode.namespace.chapters?.url);
  if (chapters.length === 0 && link === undefined) return undefined;
  return html`<section aria-labelledby="chapters">
<h2 id="chapters">Chapters</h2>
${
  chapters.length > 0 &&
  html`<ol class="chapters">
${chapters.map((chapter) => chapterItem(chapter, media))}
</ol>`
}
${link !== undefined && html`<p><a href="${link}">Chapter file</a></p>`}
</section>`;
}

function chapterItem({ startSeconds, title, linkUrl }: Chapter, media: Media | undefined): Html {
  const href = webUrl(linkUrl);
  return html`<li>${positionLink(startSeconds, media)}
<span dir="auto">${href === undefined ? title : html`<a href="${href}">${title}</a>`}</span></li>
`;
}

function transcriptsSection(transcripts: readonly Transcript[], path: string | undefined): Html | undefined {
  if (transcripts.length === 0) return undefined;
  return html`<section aria-labelledby="transcripts">
<h2 id="transcripts">Transcripts</h2>
${path !== undefined && html`<p class="actions"><a class="button" href="${path}">Read the transcript</a></p>`}
<ul>
${transcripts.map(transcriptItem)}
</ul>
</section>`;
}

function transcriptItem({ url, type, language }: Transcript): Html | undefined {
  const href = webUrl(url);
  if (href === undefined) return undefined;
  const words = TRANSCRIPT_WORDS[type?.toLowerCase() ?? ""] ?? type ?? "Transcript";
  return html`<li><a href="${href}">${language === undefined ? words : `${words}, ${language}`}</a></li>\n`;
}
