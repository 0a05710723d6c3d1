import type { Context } from "../context.ts";
import { PAGE_TOKEN_FIELD } from "../http/callers-cookies.ts";
import type { Reply } from "../http/function.ts";
import { assetPath } from "./asset-path.ts";
import { buttonForm } from "./form.ts";
import { type Html, html } from "./html.ts";
import { startOf } from "./words.ts";

const SITE_NAME = "podcore";

// How much of a title search results and tabs show.
const HEAD_TITLE_MAX_CHARACTERS = 70;

// How much of a description search results and shared links show.
const HEAD_DESCRIPTION_MAX_CHARACTERS = 200;

export type Page = {
  /** Most specific first; the site's name is added. */
  titles: string[];
  main: Html;
  /** The query to keep in the search field. */
  query?: string | undefined;
  /** The page depends on the caller or contains a secret: caches must not store it, nor search engines index it. */
  isPersonal?: boolean;
  /** Metadata for search engines, feed readers and link previews; none if absent. */
  about?: {
    /** Asks search engines not to index the page: its feed says so (itunes:block), or it shows what a visitor typed. */
    isBlocked?: boolean;
    /** Path with query. */
    path: string;
    title: string;
    /** Plain text. */
    description?: string | undefined;
    imageUrl?: string | undefined;
    audio?: { url: string; mediaType: string } | undefined;
    feed?: { url: string; title: string } | undefined;
  };
};

/** Without a caller, the page depends on nobody's login. */
type Site = Pick<Context, "config"> & { caller?: Context["caller"] };

/** Replies with a page in the site's layout. */
export function pageReply(site: Site, page: Page): Reply {
  return {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": cacheControl(site, page),
      // After a login, the browser must not show a page cached before it.
      vary: "cookie",
    },
    body: documentOf(site, page),
  };
}

function cacheControl({ config, caller }: Site, { isPersonal }: Page): string {
  if (isPersonal) return "no-store";
  if (caller?.account !== undefined) return "private, no-cache";
  // New episodes may appear a minute late, so that a popular page is rendered once a minute. In development, changes
  // show at once.
  return config.env === "development" ? "no-cache" : "public, max-age=60";
}

function documentOf(site: Site, { titles, main, query, about, isPersonal }: Page): string {
  const document = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${headTitle(titles)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${assetPath("app.css")}">
<link rel="icon" type="image/svg+xml" href="${assetPath("icon.svg")}">
<script src="${assetPath("app.js")}" defer></script>
${(isPersonal || about?.isBlocked) && html`<meta name="robots" content="noindex">`}
${about && aboutTags(site.config.publicUrl, about)}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="site">
<a class="brand" href="/"><img src="${assetPath("icon.svg")}" alt="" width="28" height="28">${SITE_NAME}</a>
${searchForm(query)}
${siteNav(site)}
</header>
<main id="main">
${main}
</main>
<footer class="site">
<p>All podcasts belong to their makers and play from the makers' own servers. <a href="/privacy">Privacy</a></p>
</footer>
</body>
</html>
`;
  // Removes the trailing blanks of lines whose content is absent. The lookbehind avoids quadratic time on long runs of
  // blanks.
  const text = document.toString().replace(/(?<![ \t])[ \t]+$/gm, "");
  return withPageToken(text, site.caller?.pageToken);
}

/** Adds the token to each form that changes something, so that no form can be forgotten. */
function withPageToken(document: string, token: string | undefined): string {
  if (token === undefined) return document;
  const hidden = html`<input type="hidden" name="${PAGE_TOKEN_FIELD}" value="${token}">`;
  // Outside of tags "<" is escaped.
  return document.replace(/<form [^<>]* method="post">/g, (form) => form + hidden);
}

function searchForm(query: string | undefined): Html {
  return html`<form class="site-search" role="search" action="/search">
<input type="search" name="q" aria-label="Search podcasts and episodes" placeholder="Title, person or keyword" maxlength="100"${
    query !== undefined && html` value="${query}"`
  }>
<button type="submit" class="button">Search</button>
</form>`;
}

function siteNav({ caller }: Site): Html {
  return html`<nav class="site-nav" aria-label="Your account">
${accountLinks(caller)}
</nav>`;
}

function accountLinks(caller: Site["caller"]): Html {
  const account = caller?.account;
  if (caller === undefined) return html`<a href="/account">Account</a>`;
  if (account === undefined) return html`<a href="/login">Log in</a> <a href="/signup">Sign up</a>`;
  // Only the cookie opens an ephemeral account, so logging out would lose it.
  if (account.email === null) {
    return html`<a href="/account">Account</a> <a href="/login">Log in</a> <a href="/signup">Sign up</a>`;
  }
  return html`<a href="/account">Account</a> ${buttonForm({ action: "/logout", label: "Log out", className: "quiet" })}`;
}

function aboutTags(publicUrl: string, about: NonNullable<Page["about"]>): Html {
  const url = publicUrl + about.path;
  const description = startOf(about.description ?? "", { maxCharacters: HEAD_DESCRIPTION_MAX_CHARACTERS });
  return html`<link rel="canonical" href="${url}">
${about.feed && html`<link rel="alternate" type="application/rss+xml" href="${about.feed.url}" title="${about.feed.title}">`}
${description !== "" && html`<meta name="description" content="${description}">`}
<meta property="og:site_name" content="${SITE_NAME}">
<meta property="og:type" content="website">
<meta property="og:title" content="${about.title}">
<meta property="og:url" content="${url}">
${description !== "" && html`<meta property="og:description" content="${description}">`}
${about.imageUrl !== undefined && html`<meta property="og:image" content="${about.imageUrl}">`}
${
  about.audio &&
  html`<meta property="og:audio" content="${about.audio.url}">
<meta property="og:audio:type" content="${about.audio.mediaType}">`
}`;
}

/** Joins as many titles as fit. Cuts the first one if it is too long alone. */
function headTitle(titles: string[]): string {
  const parts = [...titles, SITE_NAME];
  for (; parts.length > 1; parts.pop()) {
    const title = parts.join(" · ");
    if (fitsHead(title)) return title;
  }
  let maxCharacters = HEAD_TITLE_MAX_CHARACTERS;
  let title = "";
  do title = startOf(parts[0] ?? "", { maxCharacters });
  while (!fitsHead(title) && --maxCharacters);
  return title;
}

/** Counts as validators do, in which "&" takes five characters. */
function fitsHead(title: string): boolean {
  return html`${title}`.toString().length <= HEAD_TITLE_MAX_CHARACTERS;
}
