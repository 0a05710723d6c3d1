import type { Page } from "../../db/cursor.ts";
import type { Podcast } from "../../db/schema.ts";
import { errorNotice } from "../form.ts";
import { type Html, html } from "../html.ts";
import type { Page as SitePage } from "../layout.ts";
import { pagePath, podcastPath } from "../links.ts";
import { pagingNav } from "../paging.ts";
import { podcastCards } from "../podcast-card.ts";

const ADD_COMMAND = `DATABASE_URL=postgres://... node dist/admin-podcast-add.cjs --once '{"url":"https://example.com/feed.xml"}'`;

// Full rows of cards in two, three, four, five or six columns.
export const HOME_PAGE_SIZE = 60;

export type HomeView = {
  podcasts: Page<Podcast>;
  /** Cursor of this page; undefined for the first. */
  after: string | undefined;
};

type Shows = {
  /** The caller can add a podcast here. */
  showsForm: boolean;
  /** The caller can also mark a podcast as private, because their account could see it. */
  isSignedIn: boolean;
  /** Values of a refused form, and the error. */
  form?: AddForm | undefined;
};
export type AddForm = { url: string; isPrivate: boolean | undefined; fault: string };

/** The list of podcasts. If there are none, shows how to add one. */
export function homePage({ podcasts, after }: HomeView, { showsForm, isSignedIn, form }: Shows): SitePage {
  const isEmpty = podcasts.items.length === 0;
  return {
    titles: ["Podcasts"],
    about: {
      path: pagePath("/", after),
      title: "Podcasts",
      description: "Browse podcasts and listen to their episodes.",
    },
    main: html`<h1>Podcasts</h1>
${showsForm && addForm({ isSignedIn, form })}
${isEmpty && after === undefined && emptyNotice(showsForm)}
${isEmpty && after !== undefined && html`<p>No more podcasts.</p>`}
${!isEmpty && podcastCards(podcasts.items.map((podcast) => ({ ...podcast, path: podcastPath(podcast) })))}
${pagingNav({ path: "/", after, nextAfter: podcasts.after, words: { first: "First page", next: "More podcasts" } })}`,
  };
}

function addForm({ isSignedIn, form }: Pick<Shows, "isSignedIn" | "form">): Html {
  return html`${errorNotice(form?.fault)}
<form class="add" action="/podcasts" method="post">
<label for="url">Feed, web page or Apple Podcasts link</label>
<input id="url" name="url" type="text" inputmode="url" required maxlength="2000" autocapitalize="none" spellcheck="false" placeholder="https://example.com/feed.xml"${
    form && html` value="${form.url}" aria-invalid="true" autofocus`
  }>
<button type="submit">Add podcast</button>
${isSignedIn && html`<p class="choice"><input id="private" name="private" type="checkbox" value="true"${form?.isPrivate && html` checked`}><label for="private">Private (visible only to its subscribers)</label></p>`}
${form && html`<p class="choice muted">You can also find a podcast by its name, with the search field above.</p>`}
</form>`;
}

function emptyNotice(showsForm: boolean): Html {
  return html`<section class="empty" aria-labelledby="empty">
<h2 id="empty">No podcasts yet</h2>
<p>${showsForm ? "Add one with the form above, or run" : "To add one, run"} this command on podcore's server, with Node 24 and the URL of a feed:</p>
<pre><code>${ADD_COMMAND}</code></pre>
</section>`;
}
