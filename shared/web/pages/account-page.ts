import type { ListedApiKey, ListedLogin } from "../../accounts/list-credentials.ts";
import type { ListedAccountEpisode } from "../../listening/list-account-episodes.ts";
import type { ListedNewEpisode } from "../../listening/list-new-episodes.ts";
import type { ListedSubscription } from "../../listening/list-subscriptions.ts";
import { artwork } from "../artwork.ts";
import { buttonForm } from "../form.ts";
import { type Html, html } from "../html.ts";
import type { Page } from "../layout.ts";
import { episodePath, podcastPath } from "../links.ts";
import { pagingNav } from "../paging.ts";
import { podcastCards } from "../podcast-card.ts";
import { browserText, dateText, instantText, positionText } from "../words.ts";
import { apiKeyForm, deletionForm, emailForm, passwordForm } from "./account-forms.ts";

export type AccountView = {
  account: { email: string | null };
  subscriptions: { items: ListedSubscription[]; after: string | undefined; numNew: ReadonlyMap<number, number> };
  /** Cursor of this page of subscriptions; undefined for the first. */
  after: string | undefined;
  inProgress: ListedAccountEpisode[];
  newEpisodes: ListedNewEpisode[];
  favorites: ListedAccountEpisode[];
  logins: ListedLogin[];
  /** Of the browser that asks. */
  loginId: number | undefined;
  apiKeys: ListedApiKey[];
  /** No mail can be sent. */
  isMailOff?: boolean;
};

// They are counted up to one more.
const NUM_NEW_SHOWN_MAX = 99;

// CSS pixels.
const ROW_SIZE = 56;

/** What an account holds and is held by: its podcasts with what is new, what is in progress, its logins and keys. */
export function accountPage(view: AccountView): Page {
  const { email } = view.account;
  return {
    titles: ["Your account"],
    isPersonal: true,
    main: html`<h1>Your account</h1>
${email === null ? ephemeralNotice() : html`<p class="muted">${email}</p>`}
${episodeSection({ id: "in-progress", title: "In progress", rows: view.inProgress.map(inProgressRow) })}
${episodeSection({ id: "new", title: "New episodes", rows: view.newEpisodes.map(newEpisodeRow) })}
${subscriptionsSection(view)}
${episodeSection({ id: "favorites", title: "Favorites", rows: view.favorites.map(favoriteRow) })}
${loginsSection(view)}
${email !== null && apiKeysSection(view.apiKeys)}
${
  email !== null &&
  html`<section aria-labelledby="email-heading">
<h2 id="email-heading">Email address</h2>
${emailForm({ email, isClosed: view.isMailOff === true })}
</section>
<section aria-labelledby="password-heading">
<h2 id="password-heading">Password</h2>
${passwordForm(email)}
</section>`
}
<section aria-labelledby="data">
<h2 id="data">Your data</h2>
<p><a class="button" href="/account/export">Export all as JSON</a></p>
<details class="folded">
<summary>Delete this account</summary>
<p>Deletes the account with all that it holds, at once and for good.</p>
${deletionForm(email, { id: "deletion-password" })}
</details>
</section>`,
  };
}

function ephemeralNotice(): Html {
  return html`<p class="notice">Only this browser knows this account: whoever clears its cookies, or does not come for a month, loses it. <a href="/signup">Sign up</a> to keep what it holds, or <a href="/login">log in</a> to add it to the account that you have.</p>`;
}

function subscriptionsSection({ subscriptions: { items, after: nextAfter, numNew }, after }: AccountView): Html {
  return html`<section aria-labelledby="subscriptions">
<h2 id="subscriptions">Subscriptions</h2>
${
  items.length === 0
    ? html`<p>None yet: find one on the <a href="/">list of podcasts</a> or by the search above, and press Subscribe.</p>`
    : podcastCards(items.map((held) => subscriptionCard(held, numNew.get(held.podcastId) ?? 0)))
}
${pagingNav({ path: "/account", after, nextAfter, words: { first: "First subscriptions", next: "More subscriptions" } })}
</section>`;
}

/** Without the author, whom its listener knows. Of a podcast that was taken down the title alone. */
function subscriptionCard({ podcastId: id, podcast, takedown }: ListedSubscription, numNew: number) {
  if (podcast === undefined) {
    const title = takedown?.title ?? "";
    return { id, title, author: null, imageUrl: null, path: podcastPath({ id, title }), note: "Taken down" };
  }
  const num = numNew > NUM_NEW_SHOWN_MAX ? `${NUM_NEW_SHOWN_MAX}+` : numNew;
  return { ...podcast, author: null, path: podcastPath(podcast), note: numNew > 0 ? `${num} new` : undefined };
}

type Row = {
  podcast: { id: number; title: string; imageUrl: string | null };
  episode: { id: number; title: string };
  about: string;
};

/** A list of episodes with their podcasts; nothing where it is empty. */
function episodeSection({ id, title, rows }: { id: string; title: string; rows: Row[] }): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
<ul class="rows">
${rows.map(episodeRow)}
</ul>
</section>`;
}

function episodeRow({ podcast, episode, about }: Row): Html {
  const { id, title, imageUrl } = podcast;
  return html`<li dir="auto">${artwork({ id, title, imageUrl, size: ROW_SIZE, alt: "" })}
<div><h3><a href="${episodePath(podcast, episode)}">${episode.title}</a></h3>
<p class="meta"><span dir="auto">${title}</span>\u00A0· <span dir="ltr">${about}</span></p></div></li>
`;
}

function inProgressRow({ podcast, episode, positionSeconds }: ListedAccountEpisode): Row {
  const { durationSeconds } = episode;
  const at = positionText(positionSeconds ?? 0);
  return {
    podcast,
    episode,
    about: durationSeconds ? `${at} of ${positionText(durationSeconds)}` : `heard up to ${at}`,
  };
}

function newEpisodeRow({ podcast, ...episode }: ListedNewEpisode): Row {
  return { podcast, episode, about: dateText(episode.publishedAt) };
}

function favoriteRow({ podcast, episode }: ListedAccountEpisode): Row {
  return { podcast, episode, about: dateText(episode.publishedAt) };
}

function loginsSection({ logins, loginId }: AccountView): Html {
  return html`<section aria-labelledby="logins">
<h2 id="logins">Logins</h2>
<table class="credentials">
<thead><tr><th scope="col">Browser</th><th scope="col">Last used</th><th scope="col">Since</th><th scope="col"><span class="unseen">Revoke</span></th></tr></thead>
<tbody>
${logins.map(
  ({
    id,
    userAgent,
    createdAt,
    lastUsedAt,
    lastUsedAddress,
  }) => html`<tr><td>${browserText(userAgent)}${id === loginId && html` <span class="muted">(this one)</span>`}</td>
<td>${lastUse({ lastUsedAt, lastUsedAddress })}</td>
<td class="since">${dateText(createdAt)}</td>
<td>${buttonForm({ action: `/account/logins/${id}/revocation`, label: "Revoke", className: "button" })}</td></tr>
`,
)}
</tbody>
</table>
</section>`;
}

function lastUse({ lastUsedAt, lastUsedAddress }: { lastUsedAt: Date | null; lastUsedAddress: string | null }): Html {
  if (lastUsedAt === null) return html`never`;
  return html`<time datetime="${lastUsedAt.toISOString()}">${instantText(lastUsedAt)}</time>${
    lastUsedAddress ? html` <span class="muted">from ${lastUsedAddress}</span>` : ""
  }`;
}

function apiKeysSection(apiKeys: ListedApiKey[]): Html {
  return html`<section aria-labelledby="api-keys">
<h2 id="api-keys">API keys</h2>
<p>With a key an app may do with this account's podcasts what you may.</p>
${
  apiKeys.length > 0 &&
  html`<table class="credentials">
<thead><tr><th scope="col">Name</th><th scope="col">Key</th><th scope="col">Last used</th><th scope="col"><span class="unseen">Revoke</span></th></tr></thead>
<tbody>
${apiKeys.map(
  ({ id, name, hint, lastUsedAt, lastUsedAddress }) => html`<tr><td dir="auto">${name}</td>
<td><code>${hint}…</code></td>
<td>${lastUse({ lastUsedAt, lastUsedAddress })}</td>
<td>${buttonForm({ action: `/account/api-keys/${id}/revocation`, label: "Revoke", className: "button" })}</td></tr>
`,
)}
</tbody>
</table>`
}
${apiKeyForm()}
</section>`;
}
