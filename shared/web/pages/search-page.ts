import type { Page } from "../../db/cursor.ts";
import type { Podcast } from "../../db/schema.ts";
import type { FoundEpisode } from "../../podcasts/list-episodes.ts";
import type { DirectoryResult } from "../../search/directory-searcher.ts";
import type { ListedDirectoryPodcast } from "../../search/list-directory-podcasts.ts";
import type { SearchKind, SearchResult } from "../../search/site-searcher.ts";
import { episodeMeta } from "../episode-meta.ts";
import { notice } from "../form.ts";
import { type Html, html } from "../html.ts";
import { langAttribute } from "../language.ts";
import type { Page as SitePage } from "../layout.ts";
import { directoryPodcastPath, episodePath, pagePath, podcastPath, searchPath } from "../links.ts";
import { pagingNav } from "../paging.ts";
import { podcastCards } from "../podcast-card.ts";
import { podcastSearch } from "../podcast-search.ts";
import { startOfNotes } from "../words.ts";

// Two lines on a wide screen.
const EXCERPT_MAX_CHARACTERS = 200;

/** A search and its results; without a query, no results. */
export type SearchView = SearchResult & {
  query: string | undefined;
  kind: SearchKind;
  /** Cursor of this page of one list; undefined for the first. */
  after: string | undefined;
};

/** The search page: results among stored podcasts and episodes, and in the directory. */
export function searchPage(view: SearchView): SitePage {
  const { query, podcasts, episodes, directory, podcast } = view;
  return {
    titles: query === undefined ? ["Search"] : [query, "Search"],
    // The directory's rate limit may concern only this visitor, and a slow search this minute: no cache may keep that.
    isPersonal: directory?.problem !== undefined || podcasts === "slow" || episodes === "slow",
    about: { isBlocked: true, path: query === undefined ? "/search" : searchPath(query), title: "Search" },
    query,
    main: html`<h1>${query === undefined ? "Search" : "Search results"}</h1>
${query === undefined && html`<p>Search for a podcast, episode, person or keyword in the field above. Small spelling errors are fine. Use "quotes" for a phrase, -word to exclude a word, and or between alternatives.</p>`}
${
  query !== undefined &&
  podcast &&
  html`<p dir="auto">In <a href="${podcastPath(podcast)}"${langAttribute(podcast.language)}>${podcast.title}</a></p>
${podcastSearch({ podcastId: podcast.id, query })}`
}
${query !== undefined && (view.kind !== "all" || podcast) && html`<p class="paging"><a class="button" href="${searchPath(query)}">All results</a></p>`}
${query !== undefined && podcasts && podcastSection({ ...view, query }, podcasts)}
${query !== undefined && episodes && episodeSection({ ...view, query }, episodes)}
${directory && directorySection(directory)}`,
  };
}

type CurrentSearch = Pick<SearchView, "kind" | "after" | "podcast"> & { query: string };

function podcastSection(search: CurrentSearch, podcasts: Page<Podcast> | "slow"): Html {
  if (podcasts === "slow") return slowSection("podcasts");
  const { items, after: nextAfter } = podcasts;
  return html`<section aria-labelledby="podcasts">
<h2 id="podcasts">Podcasts</h2>
${
  items.length === 0
    ? html`<p>No matching podcasts on this site.</p>`
    : podcastCards(items.map((podcast) => ({ ...podcast, path: podcastPath(podcast) })))
}
${furtherPages(search, { list: "podcasts", nextAfter })}
</section>`;
}

function episodeSection(search: CurrentSearch, episodes: Page<FoundEpisode> | "slow"): Html {
  if (episodes === "slow") return slowSection("episodes");
  const { items, after: nextAfter } = episodes;
  return html`<section aria-labelledby="episodes">
<h2 id="episodes">Episodes</h2>
${
  items.length === 0
    ? html`<p>No matching episodes ${search.podcast === undefined ? "on this site" : "of this podcast"}.</p>`
    : html`<ol class="episodes">
${items.map(episodeItem)}
</ol>`
}
${furtherPages(search, { list: "episodes", nextAfter })}
</section>`;
}

function slowSection(list: "podcasts" | "episodes"): Html {
  return html`<section aria-labelledby="${list}">
<h2 id="${list}">${list === "podcasts" ? "Podcasts" : "Episodes"}</h2>
${notice(`Searching the ${list} of this site took too long just now. Please try again in a minute, or with other words.`)}
</section>`;
}

function episodeItem({ podcast, episode }: FoundEpisode): Html {
  const lang = langAttribute(podcast.language);
  const excerpt = startOfNotes(episode.descriptionHtml ?? "", { maxCharacters: EXCERPT_MAX_CHARACTERS });
  return html`<li dir="auto">
${episodeMeta(episode)}
<h3${lang}><a href="${episodePath(podcast, episode)}">${episode.title}</a></h3>
<p class="of" dir="auto"><a href="${podcastPath(podcast)}"${lang}>${podcast.title}</a></p>
${excerpt !== "" && html`<p class="excerpt"${lang}>${excerpt}</p>`}
</li>
`;
}

type Further = { list: "podcasts" | "episodes"; nextAfter: string | undefined };

/** Links from the combined results to further pages of one list, and between those. */
function furtherPages(search: CurrentSearch, { list, nextAfter }: Further): Html | undefined {
  const { query, kind, after, podcast } = search;
  const path = searchPath(query, { kind: list, podcastId: podcast?.id });
  const next = `More ${list}`;
  if (kind !== "all" || podcast !== undefined)
    return pagingNav({ path, after, nextAfter, words: { first: "First page", next } });
  if (nextAfter === undefined) return undefined;
  return html`<p class="paging"><a class="button" href="${pagePath(path, nextAfter)}" rel="nofollow">${next}</a></p>`;
}

function directorySection({ podcasts, problem }: DirectoryResult): Html {
  return html`<section aria-labelledby="directory">
<h2 id="directory">In Apple's directory</h2>
${problem !== undefined && notice(problemText({ podcasts, problem }))}
${podcasts.length > 0 && podcastCards(podcasts.map(directoryCard))}
${podcasts.length === 0 && problem === undefined && html`<p>No matching podcasts in Apple's directory.</p>`}
</section>`;
}

function directoryCard(hit: ListedDirectoryPodcast) {
  const { podcast } = hit;
  return { ...hit, path: podcast ? podcastPath(podcast) : directoryPodcastPath(hit), isCostly: podcast === null };
}

function problemText({ podcasts, problem }: DirectoryResult): string {
  const why =
    problem === "busy" ? "There were too many searches of Apple's directory" : "Apple's directory is not responding";
  if (podcasts.length > 0) return `${why} just now. These are its earlier results.`;
  return `${why} just now. Please try again in a minute.`;
}
