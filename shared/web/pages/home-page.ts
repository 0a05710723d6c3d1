import type { Page } from "../../db/cursor.ts";
import type { Podcast } from "../../db/schema.ts";
import { type Html, html } from "../html.ts";
import type { Page as SitePage } from "../layout.ts";
import { pagePath, podcastPath } from "../links.ts";
import { pagingNav } from "../paging.ts";
import { podcastCards } from "../podcast-card.ts";

const ADD_COMMAND = `DATABASE_URL=postgres://... node dist/admin-podcast-add.cjs --once '{"url":"https://example.com/feed.xml"}'`;

export type HomeView = {
  podcasts: Page<Podcast>;
  /** Cursor of this page; undefined for the first. */
  after: string | undefined;
};

type Shows = {
  /** Whoever asks may add a podcast here. */
  showsForm: boolean;
  /** And mark it private, since it has an account to see it. */
  isSignedIn: boolean;
};

/** The list of podcasts; on an empty database how to add one. */
export function homePage({ podcasts, after }: HomeView, { showsForm, isSignedIn }: Shows): SitePage {
  const isEmpty = podcasts.items.length === 0;
  return {
    titles: ["Podcasts"],
    about: {
      path: pagePath("/", after),
      title: "Podcasts",
      description: "Podcasts and their episodes, to read about and to listen to.",
    },
    main: html`<h1>Podcasts</h1>
${showsForm && addForm({ isSignedIn })}
${isEmpty && after === undefined && emptyNotice(showsForm)}
${isEmpty && after !== undefined && html`<p>No more podcasts.</p>`}
${!isEmpty && podcastCards(podcasts.items.map((podcast) => ({ ...podcast, path: podcastPath(podcast) })))}
${pagingNav({ path: "/", after, nextAfter: podcasts.after, words: { first: "First page", next: "More podcasts" } })}`,
  };
}

function addForm({ isSignedIn }: Pick<Shows, "isSignedIn">): Html {
  return html`<form class="add" action="/podcasts" method="post">
<label for="url">Feed, web page or Apple Podcasts link</label>
<input id="url" name="url" type="text" inputmode="url" required maxlength="2000" autocapitalize="none" spellcheck="false" placeholder="https://example.com/feed.xml">
<button type="submit">Add podcast</button>
${isSignedIn && html`<p class="choice"><input id="private" name="private" type="checkbox" value="true"><label for="private">Private: only its subscribers see it</label></p>`}
</form>`;
}

function emptyNotice(showsForm: boolean): Html {
  return html`<section class="empty" aria-labelledby="empty">
<h2 id="empty">No podcasts yet</h2>
<p>${showsForm ? "Add one with the form above, or" : "Add one"} by the URL of its feed, in the shell, where podcore runs with Node 24:</p>
<pre><code>${ADD_COMMAND}</code></pre>
</section>`;
}
