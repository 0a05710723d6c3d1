import { type Html, html } from "./html.ts";

/** A form that searches the episodes of one podcast. */
export function podcastSearch({ podcastId, query }: { podcastId: number; query?: string }): Html {
  return html`<form class="site-search" role="search" aria-label="This podcast" action="/search">
<input type="hidden" name="podcast" value="${podcastId}">
<input type="search" name="q" aria-label="Search this podcast" placeholder="Search this podcast" maxlength="100"${
    query !== undefined && html` value="${query}"`
  }>
<button type="submit" class="button">Search</button>
</form>`;
}
