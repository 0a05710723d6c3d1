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
import { startOfNotes } from "../words.ts";

// Two lines on a wide screen.
const EXCERPT_MAX_CHARACTERS = 200;

/** What was searched for and found; nothing without a query. */
export type SearchView = SearchResult & {
  query: string | undefined;
  kind: SearchKind;
  /** Cursor of this page of one list; undefined for the first. */
  after: string | undefined;
};

/** What was found among what is stored and in the directory, below the site's own search field. */
export function searchPage(view: SearchView): SitePage {
  const { query, podcasts, episodes, directory } = view;
  return {
    titles: query === undefined ? ["Search"] : [query, "Search"],
    // That the directory was asked too often may be this visitor's own doing: no cache shows it to others.
    isPersonal: directory?.problem !== undefined,
    about: { isBlocked: true, path: query === undefined ? "/search" : searchPath(query), title: "Search" },
    query,
    main: html`<h1>${query === undefined ? "Search" : "Search results"}</h1>
${query === undefined && html`<p>For a podcast, an episode, a person or a word, in the field above. Misspelt titles are found, too; "quotes", -word and or work.</p>`}
${query !== undefined && view.kind !== "all" && html`<p class="paging"><a class="button" href="${searchPath(query)}">All results</a></p>`}
${query !== undefined && podcasts && podcastSection({ ...view, query }, podcasts)}
${query !== undefined && episodes && episodeSection({ ...view, query }, episodes)}
${directory && directorySection(directory)}`,
  };
}

type Asked = Pick<SearchView, "kind" | "after"> & { query: string };

function podcastSection(asked: Asked, { items, after: nextAfter }: Page<Podcast>): Html {
  return html`<section aria-labelledby="podcasts">
<h2 id="podcasts">Podcasts</h2>
${
  items.length === 0
    ? html`<p>No podcast here matches.</p>`
    : podcastCards(items.map((podcast) => ({ ...podcast, path: podcastPath(podcast) })))
}
${furtherPages(asked, { list: "podcasts", nextAfter })}
</section>`;
}

function episodeSection(asked: Asked, { items, after: nextAfter }: Page<FoundEpisode>): Html {
  return html`<section aria-labelledby="episodes">
<h2 id="episodes">Episodes</h2>
${
  items.length === 0
    ? html`<p>No episode here matches.</p>`
    : html`<ol class="episodes">
${items.map(episodeItem)}
</ol>`
}
${furtherPages(asked, { list: "episodes", nextAfter })}
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

/** From the page that has them all to further pages of one list, and within that list. */
function furtherPages({ query, kind, after }: Asked, { list, nextAfter }: Further): Html | undefined {
  const path = searchPath(query, list);
  const next = `More ${list}`;
  if (kind !== "all") return pagingNav({ path, after, nextAfter, words: { first: "First page", next } });
  if (nextAfter === undefined) return undefined;
  return html`<p class="paging"><a class="button" href="${pagePath(path, nextAfter)}" rel="nofollow">${next}</a></p>`;
}

function directorySection({ podcasts, problem }: DirectoryResult): Html {
  return html`<section aria-labelledby="directory">
<h2 id="directory">In Apple's directory</h2>
${problem !== undefined && notice(problemText({ podcasts, problem }))}
${podcasts.length > 0 && podcastCards(podcasts.map(directoryCard))}
${podcasts.length === 0 && problem === undefined && html`<p>No podcast there matches.</p>`}
</section>`;
}

function directoryCard(hit: ListedDirectoryPodcast) {
  const { podcast } = hit;
  return { ...hit, path: podcast ? podcastPath(podcast) : directoryPodcastPath(hit), isCostly: podcast === null };
}

function problemText({ podcasts, problem }: DirectoryResult): string {
  const why = problem === "busy" ? "The directory has been asked too often" : "The directory does not answer";
  if (podcasts.length > 0) return `${why} just now: this is what it answered before.`;
  return `${why} just now. Please try again in a minute.`;
}
