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
import { browserText, dateText, episodeDateText, instantText, positionText } from "../words.ts";
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
  /** The caller's own login. */
  loginId: number | undefined;
  apiKeys: ListedApiKey[];
  /** The site cannot send mail. */
  isMailOff?: boolean;
};

// Counts stop one above this.
const NUM_NEW_SHOWN_MAX = 99;

// In CSS pixels.
const ROW_SIZE = 56;

/** The account page: episodes in progress, new episodes, subscriptions, favorites, logins, API keys and settings. */
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
<p><a class="button" href="/account/export">Export as JSON</a></p>
<details class="folded">
<summary>Delete account</summary>
<p>This deletes your account and all its data immediately. You cannot undo this.</p>
${deletionForm(email, { id: "deletion-password" })}
</details>
</section>`,
  };
}

function ephemeralNotice(): Html {
  return html`<p class="notice">This account exists only in this browser. You will lose it if you clear your cookies or don't visit for a month. <a href="/signup">Sign up</a> to keep your podcasts, or <a href="/login">log in</a> to add them to an existing account.</p>`;
}

function subscriptionsSection({ subscriptions: { items, after: nextAfter, numNew }, after }: AccountView): Html {
  return html`<section aria-labelledby="subscriptions">
<h2 id="subscriptions">Subscriptions</h2>
${
  items.length === 0
    ? html`<p>No subscriptions yet. Find a podcast in the <a href="/">list of podcasts</a> or with the search above, and select Subscribe.</p>`
    : podcastCards(items.map((held) => subscriptionCard(held, numNew.get(held.podcastId) ?? 0)))
}
${pagingNav({ path: "/account", after, nextAfter, words: { first: "First subscriptions", next: "More subscriptions" } })}
</section>`;
}

/** Omits the author, because subscribers know who it is. Shows only the title of a podcast that was taken down. */
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

/** A list of episodes with their podcasts; nothing if it is empty. */
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
<p class="meta"><span dir="auto">${title}</span>${about !== "" && html`\u00A0· <span dir="ltr">${about}</span>`}</p></div></li>
`;
}

function inProgressRow({ podcast, episode, positionSeconds }: ListedAccountEpisode): Row {
  const { durationSeconds } = episode;
  const at = positionText(positionSeconds ?? 0);
  return {
    podcast,
    episode,
    about: durationSeconds ? `${at} of ${positionText(durationSeconds)}` : `played up to ${at}`,
  };
}

function newEpisodeRow({ podcast, ...episode }: ListedNewEpisode): Row {
  return { podcast, episode, about: episodeDateText(episode) };
}

function favoriteRow({ podcast, episode }: ListedAccountEpisode): Row {
  return { podcast, episode, about: episodeDateText(episode) };
}

function loginsSection({ logins, loginId }: AccountView): Html {
  return html`<section aria-labelledby="logins">
<h2 id="logins">Logged-in browsers</h2>
<table class="credentials">
<thead><tr><th scope="col">Browser</th><th scope="col">Last used</th><th scope="col">Logged in</th><th scope="col"><span class="unseen">Revoke</span></th></tr></thead>
<tbody>
${logins.map(
  ({
    id,
    userAgent,
    createdAt,
    lastUsedAt,
    lastUsedAddress,
  }) => html`<tr><td>${browserText(userAgent)}${id === loginId && html` <span class="muted">(this browser)</span>`}</td>
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
<p>An app with an API key can do everything with this account's podcasts that you can.</p>
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
