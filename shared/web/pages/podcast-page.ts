import type { Page } from "../../db/cursor.ts";
import type { AccountEpisode } from "../../db/schema.ts";
import type { Category, Funding } from "../../feed/model.ts";
import type { FoundPodcast } from "../../podcasts/find-podcast.ts";
import type { ListedEpisode } from "../../podcasts/list-episodes.ts";
import { artwork } from "../artwork.ts";
import { episodeMeta } from "../episode-meta.ts";
import { buttonForm, notice } from "../form.ts";
import { type Html, html } from "../html.ts";
import { langAttribute } from "../language.ts";
import type { Page as SitePage } from "../layout.ts";
import { episodePath, pagePath, podcastPath, webUrl } from "../links.ts";
import { pagingNav } from "../paging.ts";
import { peopleSection } from "../people.ts";
import { podcastSearch } from "../podcast-search.ts";
import { stateLine } from "../state-line.ts";
import { toggle } from "../toggle.ts";
import { instantText, startOf, startOfNotes } from "../words.ts";
import { privacyQuestion } from "./privacy-question.ts";

// In CSS pixels, on a wide screen.
const ARTWORK_SIZE = 240;

// Ten lines on a phone. Longer texts are folded, to keep the episodes near.
const UNFOLDED_MAX_CHARACTERS = 400;

// Two lines on a wide screen.
const EXCERPT_MAX_CHARACTERS = 200;

export type PodcastView = {
  podcast: FoundPodcast;
  episodes: Page<ListedEpisode>;
  /** Cursor of this page of episodes; undefined for the newest. */
  after: string | undefined;
  /** The caller's subscription and episode states. */
  own: { isSubscribed: boolean; episodes: ReadonlyMap<number, AccountEpisode> };
  /** The part of the feed's URL that looks like a token. */
  suspectPart?: string | undefined;
};

/** A caller whose account has an email address can request a refresh. */
type Viewer = { isSignedIn: boolean };

/** The page of a podcast, with a page of its episodes. */
export function podcastPage(
  { podcast, episodes, after, own, suspectPart }: PodcastView,
  { isSignedIn }: Viewer,
): SitePage {
  const path = podcastPath(podcast);
  const { title, description } = podcast;
  const feedUrl = webUrl(podcast.feedUrl);
  return {
    titles: after === undefined ? [title] : [title, "older episodes"],
    about: {
      isBlocked: podcast.isBlocked,
      path: pagePath(path, after),
      title,
      description: description ?? undefined,
      imageUrl: webUrl(podcast.imageUrl),
      feed: feedUrl === undefined ? undefined : { url: feedUrl, title },
    },
    main: html`${podcastHeader(podcast, { isSubscribed: own.isSubscribed, isSignedIn })}
${podcast.quarantinedSince !== null && quarantineNotice(podcast.quarantinedSince)}
${after === undefined && crawlLine(podcast)}
${isSignedIn && asksForPrivacy(podcast) && privacyQuestion({ feedUrl: podcast.feedUrl, part: suspectPart })}
<section aria-labelledby="episodes">
<h2 id="episodes">${after === undefined ? "Episodes" : "Older episodes"}</h2>
${(after !== undefined || episodes.after !== undefined) && podcastSearch({ podcastId: podcast.id })}
${episodeList(podcast, { episodes: episodes.items, states: own.episodes })}
${pagingNav({ path, after, nextAfter: episodes.after, words: { first: "Newest episodes", next: "Older episodes" } })}
${episodes.after === undefined && olderEpisodes(podcast, { isSignedIn })}
</section>
${peopleSection(podcast.namespace.persons)}`,
  };
}

/** At the end of the list: the feed has pages that were not read. */
function olderEpisodes({ id, olderEpisodes }: FoundPodcast, { isSignedIn }: Viewer): Html | undefined {
  if (olderEpisodes === "none") return undefined;
  if (olderEpisodes === "loading")
    return html`<p class="muted">Older episodes are being loaded. Reload this page in a minute.</p>`;
  if (!isSignedIn)
    return html`<p class="muted">The feed has older episodes. <a href="/login">Log in</a> to load them.</p>`;
  return buttonForm({
    action: `/podcasts/${id}/refresh?older=true`,
    label: "Load older episodes",
    className: "button",
  });
}

/** Names nothing of the other show: it may have taken the address over to be named here. */
function quarantineNotice(since: Date): Html {
  return notice(
    html`Another show has been at this feed's address since ${since.toISOString().slice(0, 10)}. Nothing of it is stored here. There are no new episodes until the operator of this site has decided which show this is.`,
  );
}

/** When the feed is checked, and what is wrong with it. Another show at its address has a notice of its own. */
function crawlLine({ crawl, quarantinedSince }: FoundPodcast): Html {
  const { checkedAt, nextCheckAt, isDue, trouble } = crawl;
  return html`<p class="muted checked">${quarantinedSince === null && trouble !== null && html`<strong>${trouble}</strong> `}${
    checkedAt !== null &&
    html`Last checked for new episodes: <time datetime="${checkedAt.toISOString()}">${instantText(checkedAt)}</time>. `
  }${
    nextCheckAt !== null &&
    html`Next check: ${isDue ? "soon" : html`<time datetime="${nextCheckAt.toISOString()}">${instantText(nextCheckAt)}</time>`}.`
  }</p>`;
}

/** Only accounts that added the feed see its URL, so only they are asked. */
function asksForPrivacy(podcast: FoundPodcast): podcast is FoundPodcast & { feedUrl: string } {
  return podcast.privateReason === "suspected" && podcast.feedUrl !== null;
}

function podcastHeader(podcast: FoundPodcast, { isSubscribed, isSignedIn }: Viewer & { isSubscribed: boolean }): Html {
  const { id, title, author, imageUrl, language, description } = podcast;
  return html`<article class="podcast" dir="auto">
${artwork({ id, title, imageUrl, size: ARTWORK_SIZE, alt: "Artwork" })}
<div class="title-block">
<h1${langAttribute(language)}>${title}</h1>
${author !== null && html`<p class="author">${author}</p>`}
${badges(podcast)}
<div class="toggles">
${toggle({ action: `/podcasts/${id}/subscription`, name: "subscribed", isOn: isSubscribed, words: { on: "Unsubscribe", off: "Subscribe" } })}
${isSignedIn && buttonForm({ action: `/podcasts/${id}/refresh`, label: "Refresh now", className: "button" })}
</div>
</div>
<div class="body">
${description !== null && foldedText(description, language)}
${actions(podcast)}
</div>
</article>`;
}

function badges({ isExplicit, isComplete, isPrivate, categories }: FoundPodcast): Html | undefined {
  const names = categories.map(categoryName);
  if (isPrivate) names.unshift("Private");
  if (isExplicit) names.unshift("Explicit");
  if (isComplete) names.push("Complete");
  if (names.length === 0) return undefined;
  return html`<ul class="badges">
${names.map((name) => html`<li>${name}</li>\n`)}
</ul>`;
}

function categoryName({ name, subcategories }: Category): string {
  return subcategories.length === 0 ? name : `${name}: ${subcategories.join(", ")}`;
}

function foldedText(text: string, language: string | null): Html {
  const attributes = html` dir="auto"${langAttribute(language)}`;
  if (text.length <= UNFOLDED_MAX_CHARACTERS) return html`<p class="prose plain"${attributes}>${text}</p>`;
  // The stylesheet hides this start while the full text is open.
  return html`<p class="prose start"${attributes}>${startOf(text, { maxCharacters: UNFOLDED_MAX_CHARACTERS })}</p>
<details class="folded">
<summary>Read more</summary>
<p class="prose plain"${attributes}>${text}</p>
</details>`;
}

function actions({ linkUrl, feedUrl, namespace }: FoundPodcast): Html {
  const website = webUrl(linkUrl);
  const feed = webUrl(feedUrl);
  return html`<ul class="actions">
${website !== undefined && html`<li><a class="button" href="${website}">Website</a></li>`}
${feed !== undefined && html`<li><a class="button" href="${feed}" type="application/rss+xml">Feed</a></li>`}
${namespace.funding.map(fundingItem)}
</ul>`;
}

function fundingItem({ url, message }: Funding): Html | undefined {
  const href = webUrl(url);
  return href === undefined
    ? undefined
    : html`<li><a class="button" dir="auto" href="${href}">${message ?? "Support"}</a></li>\n`;
}

type Episodes = { episodes: ListedEpisode[]; states: ReadonlyMap<number, AccountEpisode> };
function episodeList(podcast: FoundPodcast, { episodes, states }: Episodes): Html {
  if (episodes.length === 0) return html`<p>No episodes yet.</p>`;
  return html`<ol class="episodes">
${episodes.map((episode) => episodeItem(podcast, { episode, state: states.get(episode.id) }))}
</ol>`;
}

type Item = { episode: ListedEpisode; state: AccountEpisode | undefined };
function episodeItem(podcast: FoundPodcast, { episode, state }: Item): Html {
  const lang = langAttribute(podcast.language);
  const excerpt = startOfNotes(episode.descriptionHtml ?? "", { maxCharacters: EXCERPT_MAX_CHARACTERS });
  return html`<li dir="auto">
${episodeMeta(episode)}
<h3${lang}><a href="${episodePath(podcast, episode)}">${episode.title}</a></h3>
${excerpt !== "" && html`<p class="excerpt"${lang}>${excerpt}</p>`}
${stateLine(state)}
</li>
`;
}
