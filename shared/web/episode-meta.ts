import type { Episode } from "../db/schema.ts";
import { type Html, html } from "./html.ts";
import { dateText, durationText } from "./words.ts";

/**
 * The line above an episode's title: when, how long, and which. Each part has a direction of its own, so that an element
 * around it with dir="auto" goes by the title.
 */
export function episodeMeta(episode: Episode): Html {
  const { publishedAt, durationSeconds, isExplicit } = episode;
  return html`<p class="meta">
<time dir="ltr" datetime="${publishedAt.toISOString()}">${dateText(publishedAt)}</time>
${durationSeconds !== null && durationSeconds > 0 && html`<span dir="ltr">${durationText(durationSeconds)}</span>`}
${placeTexts(episode).map((text) => html`<span dir="auto">${text}</span>\n`)}
${isExplicit === true && html`<span dir="ltr">Explicit</span>`}
</p>`;
}

function placeTexts({ season, seasonName, episodeNumber, episodeDisplay, episodeType }: Episode): string[] {
  const texts: string[] = [];
  if (season !== null || seasonName !== null) texts.push(seasonName ?? `Season ${season}`);
  if (episodeNumber !== null || episodeDisplay !== null) texts.push(episodeDisplay ?? `Episode ${episodeNumber}`);
  if (episodeType === "trailer") texts.push("Trailer");
  if (episodeType === "bonus") texts.push("Bonus");
  return texts;
}
