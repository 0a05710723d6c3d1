import type { ListedEpisode } from "../podcasts/list-episodes.ts";
import { type Html, html } from "./html.ts";
import { durationText, episodeDateText } from "./words.ts";

/**
 * Returns the line above an episode's title: date, duration, season and number. Each part has its own text direction,
 * so that dir="auto" on a parent follows the title.
 */
export function episodeMeta(episode: ListedEpisode): Html | undefined {
  const { durationSeconds, isExplicit } = episode;
  const parts = dateParts(episode);
  if (durationSeconds !== null && durationSeconds > 0) {
    parts.push(html`<span class="whole" dir="ltr">${durationText(durationSeconds)}</span>`);
  }
  parts.push(...numberTexts(episode).map((text) => html`<span dir="auto">${text}</span>`));
  if (isExplicit) parts.push(html`<span dir="ltr">Explicit</span>`);
  // The no-break space keeps the dot at the end of a wrapped line.
  if (parts.length === 0) return undefined;
  return html`<p class="meta">${parts.map((part, index) => (index === 0 ? part : html`\u00A0· ${part}`))}</p>`;
}

/** The date, or "Announced for" and the date, or nothing if nobody knows it. */
function dateParts(episode: ListedEpisode): Html[] {
  const date = episode.announcedFor ?? episode.publishedAt;
  const text = episodeDateText(episode);
  return text === "" ? [] : [html`<time dir="ltr" datetime="${date.toISOString()}">${text}</time>`];
}

function numberTexts({ season, seasonName, episodeNumber, episodeDisplay, episodeType }: ListedEpisode): string[] {
  const texts: string[] = [];
  if (season !== null || seasonName !== null) texts.push(seasonName ?? `Season\u00A0${season}`);
  if (episodeNumber !== null || episodeDisplay !== null) texts.push(episodeDisplay ?? `Episode\u00A0${episodeNumber}`);
  if (episodeType === "trailer") texts.push("Trailer");
  if (episodeType === "bonus") texts.push("Bonus");
  return texts;
}
