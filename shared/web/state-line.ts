import type { AccountEpisode } from "../db/schema.ts";
import { type Html, html } from "./html.ts";
import { positionText } from "./words.ts";

/** What whoever asks has done with an episode, in a list; nothing where that is nothing. */
export function stateLine(state: AccountEpisode | undefined): Html | undefined {
  if (state === undefined) return undefined;
  const { isFavorited, isPlayed, positionSeconds } = state;
  const parts: Html[] = [];
  if (isFavorited) parts.push(html`<span>★ Favorite</span>`);
  if (isPlayed) parts.push(html`<span>Played</span>`);
  else if (positionSeconds) parts.push(html`<span>Heard up to ${positionText(positionSeconds)}</span>`);
  return parts.length === 0 ? undefined : html`<p class="state">${parts}</p>`;
}
