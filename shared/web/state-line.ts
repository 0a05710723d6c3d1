import type { AccountEpisode } from "../db/schema.ts";
import { type Html, html } from "./html.ts";
import { positionText } from "./words.ts";

/** The caller's state of an episode, for a list; nothing if there is none. */
export function stateLine(state: AccountEpisode | undefined): Html | undefined {
  if (state === undefined) return undefined;
  const { isFavorited, isPlayed, positionSeconds } = state;
  const parts: Html[] = [];
  if (isFavorited) parts.push(html`<span>★ Favorite</span>`);
  if (isPlayed) parts.push(html`<span>Played</span>`);
  else if (positionSeconds) parts.push(html`<span>Played up to ${positionText(positionSeconds)}</span>`);
  return parts.length === 0 ? undefined : html`<p class="state">${parts}</p>`;
}
