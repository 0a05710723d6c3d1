import episodeGet from "../../functions/web/episode-get.ts";
import homeGet from "../../functions/web/home-get.ts";
import podcastAddPost from "../../functions/web/podcast-add-post.ts";
import podcastGet from "../../functions/web/podcast-get.ts";
import privacyGet from "../../functions/web/privacy-get.ts";
import searchGet from "../../functions/web/search-get.ts";
import transcriptGet from "../../functions/web/transcript-get.ts";
import { RETENTION } from "../../shared/cleaning/retention.ts";
import { readConfig } from "../../shared/config.ts";
import { type Context, NOBODY } from "../../shared/context.ts";
import { UserError } from "../../shared/errors.ts";
import type { Reply } from "../../shared/http/function.ts";
import { NOTHING_SEARCHED } from "../../shared/search/site-searcher.ts";
import { renderError } from "../../shared/web/pages/error-page.ts";
import type { SearchView } from "../../shared/web/pages/search-page.ts";
import type { TranscriptView } from "../../shared/web/pages/transcript-page.ts";
import { episodeRow, podcastRow } from "../support/rows.ts";
import { accountPages } from "./account-pages.ts";
import { operatorPages } from "./operator-pages.ts";

// `render` reads no more of a context than its settings and who asks, which is what lets a page be made without a server.
const config = readConfig({ PODCORE_PUBLIC_URL: "https://podcore.example.com" });
export const production = { config, caller: NOBODY } as Context;
export const development = { config: readConfig({ PODCORE_ENV: "development" }), caller: NOBODY } as Context;

// What feeds hold, by accident and on purpose. The bounds of the database are the only mercy.
const HOSTILE_TITLES = [
  `"><script>alert(1)</script><img src=x onerror=alert(1)>`,
  "' onmouseover='alert(1)",
  "</title></head><body><h1>gone</h1>",
  "&lt;b&gt; &amp;amp; &#0; &nbsp",
  `${"W".repeat(499)}!`,
  "supercalifragilistic ".repeat(23).trim(),
  "مسافرون في الليل: الحلقة الأولى",
  "深夜列車の旅・第一話",
  "\u202Eevil.exe \u200B\u2066",
  "👩‍👩‍👧‍👦🚂",
  "-",
  "{{7*7}} <%= 7*7 %> #{7*7}",
];

const full = podcastRow({
  description: `${"Sleeping cars, and those who ride in them, and those who make their beds. ".repeat(30)}\n\nThe end.`,
  isExplicit: true,
  isComplete: true,
  categories: [
    { name: "Society & Culture", subcategories: ["Places & Travel", "Documentary"] },
    { name: "History", subcategories: [] },
  ],
  namespace: {
    ...podcastRow().namespace,
    funding: [{ url: "https://example.com/give", message: "Buy us a ticket" }, { url: "https://example.com/shop" }],
    persons: [
      {
        name: "Ada Example",
        role: "host",
        imageUrl: "https://example.com/ada.jpg",
        linkUrl: "https://example.com/ada",
      },
      { name: "Bo Example" },
    ],
  },
});

const fullEpisode = episodeRow({
  isExplicit: true,
  season: 2,
  episodeNumber: 3.5,
  episodeType: "bonus",
  author: "Bo Example",
  imageUrl: "https://example.com/7.jpg",
  chapters: [
    { startSeconds: 0, title: "Departure" },
    { startSeconds: 754.5, title: "Semmering", linkUrl: "https://example.com/semmering" },
    { startSeconds: 3_700, title: "Arrival" },
  ],
  namespace: {
    ...episodeRow().namespace,
    persons: [{ name: "Cy Example", role: "guest" }],
    transcripts: [
      { url: "https://example.com/7.vtt", type: "text/vtt", language: "en" },
      { url: "https://example.com/7.html", type: "text/html" },
    ],
    chapters: { url: "https://example.com/7.json", type: "application/json+chapters" },
  },
});

const transcriptView: Omit<TranscriptView, "after"> = {
  podcast: full,
  episode: fullEpisode,
  transcript: { url: "https://example.com/7.vtt", language: "en", type: "text/vtt", numSegments: 9 },
  segments: [
    { startSeconds: 1.5, endSeconds: 4, speaker: "Ada Example", text: "Good evening, and welcome to the night train." },
    { startSeconds: 4, speaker: "Ada Example", text: "We leave Vienna." },
    { startSeconds: 3_700, speaker: "Bo Example", text: "And arrive in Venice." },
    { text: "Without a time." },
  ],
  positionSeconds: 12,
};

const hostilePodcasts = HOSTILE_TITLES.map((title, index) =>
  podcastRow({
    id: index + 1,
    title,
    author: title.slice(0, 200),
    description: title,
    language: title.slice(0, 20),
    imageUrl: index % 2 === 0 ? "javascript:alert(1)" : null,
    linkUrl: "javascript:alert(1)",
    feedUrl: `https://example.com/"><script>`,
    categories: [{ name: title.slice(0, 200), subcategories: [title.slice(0, 200)] }],
    namespace: {
      ...podcastRow().namespace,
      funding: [{ url: "javascript:alert(1)", message: title.slice(0, 200) }],
      persons: [{ name: title.slice(0, 200), role: title.slice(0, 200), linkUrl: "data:text/html,x" }],
    },
  }),
);

const hostileEpisodes = HOSTILE_TITLES.map((title, index) =>
  episodeRow({
    id: index + 1,
    title,
    author: title.slice(0, 200),
    seasonName: title.slice(0, 200),
    episodeDisplay: title.slice(0, 200),
    linkUrl: "javascript:alert(1)",
    mediaUrl: `https://example.com/a b"'<>.mp3#x`,
    mediaType: index % 2 === 0 ? "video/mp4" : `audio/"><script>`,
    descriptionHtml: `<p>${"W".repeat(5_000)}</p><pre>${"wide ".repeat(200)}</pre>`,
    chapters: [{ startSeconds: 1, title, linkUrl: "javascript:alert(1)" }],
    namespace: {
      ...episodeRow().namespace,
      transcripts: [{ url: "javascript:alert(1)" }, { url: "https://example.com/t", type: title, language: title }],
      chapters: { url: "javascript:alert(1)" },
    },
  }),
);

const foundEpisodes = [{ episode: fullEpisode, podcast: full }];
const listed = { id: 5, title: "Day Trains", author: "Bo Example", feedUrl: "https://example.com/day", podcast: null };
const searched: SearchView = {
  query: "night trains",
  kind: "all",
  after: undefined,
  podcast: undefined,
  podcasts: { items: [podcastRow(), full], after: "c" },
  episodes: { items: foundEpisodes, after: "c" },
  directory: {
    podcasts: [
      { ...listed, imageUrl: "https://example.com/art.jpg" },
      { ...listed, id: 6, author: null, imageUrl: null, podcast: { id: 1, title: "Night Trains" } },
    ],
  },
};
const hostileSearched: SearchView = {
  query: HOSTILE_TITLES[0],
  kind: "all",
  after: undefined,
  podcast: undefined,
  podcasts: { items: hostilePodcasts, after: `"><b>` },
  episodes: {
    items: hostileEpisodes.map((episode, i) => ({ episode, podcast: hostilePodcasts[i] ?? podcastRow() })),
    after: `"><b>`,
  },
  directory: {
    podcasts: HOSTILE_TITLES.map((title, i) => ({
      ...listed,
      ...{
        id: i + 1,
        title,
        author: title.slice(0, 200),
        imageUrl: "javascript:alert(1)",
        feedUrl: "javascript:alert(1)",
      },
    })),
    problem: "failed",
  },
};
const NOT_SEARCHED = { ...NOTHING_SEARCHED, after: undefined };
const NONE = { items: [], after: undefined };

/** The search page in every state that it has. */
function searchPages(): [name: string, page: Reply][] {
  const views: [name: string, view: SearchView][] = [
    ["search", { ...NOT_SEARCHED, query: undefined, kind: "all" }],
    ["search, found", searched],
    ["search, found nothing", { ...searched, podcasts: NONE, episodes: NONE, directory: { podcasts: [] } }],
    ["search, directory fails", { ...searched, directory: { podcasts: [], problem: "failed" } }],
    ["search, directory busy", { ...searched, directory: { ...searched.directory, podcasts: [], problem: "busy" } }],
    ["search, podcasts", { ...searched, kind: "podcasts", after: "c", episodes: undefined, directory: undefined }],
    ["search, episodes", { ...searched, kind: "episodes", podcasts: undefined, directory: undefined }],
    ["search, within a podcast", { ...searched, podcast: full, podcasts: undefined, directory: undefined }],
    ["search, slow", { ...searched, podcasts: "slow", episodes: "slow" }],
    ["search, hostile", hostileSearched],
    ["search, within a hostile podcast", { ...hostileSearched, podcast: hostilePodcasts[0], podcasts: undefined }],
    ["search, long", { ...searched, query: "W".repeat(100) }],
  ];
  return views.map(([name, view]) => [name, searchGet.render(view, production)]);
}

const PRIVACY = {
  retention: RETENTION,
  loginDays: 90,
  directoryHost: "itunes.apple.com",
  sendsMail: false,
  reportsErrors: false,
};

/** What the form to add a podcast shows when it could not be added. */
function refused(url: string, fault: string) {
  const home = { podcasts: { items: [full], after: undefined }, after: undefined };
  return { kind: "refused", home, form: { url, isPrivate: true, fault }, error: new UserError(422, fault) } as const;
}

const NOT_OWN = { isSubscribed: false, episodes: new Map() };

/** Every page of the site in every state that it has, by name. */
export function allPages(): Map<string, Reply> {
  const episodes = [1, 2, 3].map((id) => episodeRow({ id, title: `Night ${id}` }));
  const requestId = "0123456789abcdef0123456789abcdef";
  const pages = new Map<string, Reply>([
    ["home", homeGet.render({ podcasts: { items: [podcastRow(), full], after: "c" }, after: undefined }, production)],
    ["home, page 2", homeGet.render({ podcasts: { items: [podcastRow()], after: undefined }, after: "c" }, production)],
    ["home, page past the end", homeGet.render({ podcasts: { items: [], after: undefined }, after: "c" }, production)],
    ["home, empty", homeGet.render({ podcasts: { items: [], after: undefined }, after: undefined }, production)],
    [
      "home, empty, with form",
      homeGet.render({ podcasts: { items: [], after: undefined }, after: undefined }, development),
    ],
    [
      "home, with form",
      homeGet.render({ podcasts: { items: [full], after: undefined }, after: undefined }, development),
    ],
    ["home, with form, refused", podcastAddPost.render(refused("example.com/nothing", "Cannot read it"), development)],
    [
      "home, with form, hostile",
      podcastAddPost.render(refused(HOSTILE_TITLES[0] ?? "", HOSTILE_TITLES[1] ?? ""), development),
    ],
    ["privacy", privacyGet.render(PRIVACY, production)],
    [
      "privacy, of a site with mail",
      privacyGet.render({ ...PRIVACY, sendsMail: true, reportsErrors: true }, production),
    ],
    [
      "home, hostile",
      homeGet.render({ podcasts: { items: hostilePodcasts, after: `"><b>` }, after: `"><b>` }, production),
    ],
    [
      "podcast",
      podcastGet.render(
        { podcast: full, episodes: { items: episodes, after: "c" }, after: undefined, own: NOT_OWN },
        production,
      ),
    ],
    [
      "podcast, page 2",
      podcastGet.render(
        { podcast: full, episodes: { items: episodes, after: undefined }, after: "c", own: NOT_OWN },
        production,
      ),
    ],
    [
      "podcast, no episodes",
      podcastGet.render(
        { podcast: podcastRow(), episodes: { items: [], after: undefined }, after: undefined, own: NOT_OWN },
        production,
      ),
    ],
    [
      "podcast, another show at its address",
      podcastGet.render(
        {
          podcast: podcastRow({ quarantinedSince: new Date("2026-03-01T23:30:00Z"), feedUrl: null }),
          episodes: { items: episodes, after: undefined },
          after: undefined,
          own: NOT_OWN,
        },
        production,
      ),
    ],
    [
      "podcast, in trouble",
      podcastGet.render(
        {
          podcast: podcastRow({
            crawl: { checkedAt: null, nextCheckAt: new Date(), isDue: true, trouble: "The feed could not be fetched." },
          }),
          episodes: { items: episodes, after: undefined },
          after: undefined,
          own: NOT_OWN,
        },
        production,
      ),
    ],
    [
      "podcast, bare",
      podcastGet.render(
        {
          podcast: podcastRow({
            description: null,
            author: null,
            imageUrl: null,
            linkUrl: null,
            language: null,
            categories: [],
          }),
          episodes: { items: [episodeRow({ descriptionHtml: null, durationSeconds: null })], after: undefined },
          after: undefined,
          own: NOT_OWN,
        },
        production,
      ),
    ],
    ["episode", episodeGet.render({ podcast: full, episode: fullEpisode, own: undefined }, production)],
    [
      "episode, with files",
      episodeGet.render(
        {
          ...{ podcast: full, episode: fullEpisode, own: undefined, hasTranscript: true },
          fileChapters: [{ startSeconds: 12, title: "From the file" }],
        },
        production,
      ),
    ],
    ["transcript", transcriptGet.render({ ...transcriptView, after: 0 }, production)],
    ["transcript, page 2", transcriptGet.render({ ...transcriptView, after: 2 }, production)],
    ["transcript, past the end", transcriptGet.render({ ...transcriptView, segments: [], after: 9 }, production)],
    [
      "podcast, older episodes are not loaded",
      podcastGet.render(
        {
          podcast: podcastRow({ olderEpisodes: "unread" }),
          episodes: { items: episodes, after: undefined },
          after: undefined,
          own: NOT_OWN,
        },
        { ...production, caller: { ...NOBODY, account: { id: 1, email: "ada@example.com" } } },
      ),
    ],
    [
      "podcast, older episodes are being loaded",
      podcastGet.render(
        {
          podcast: podcastRow({ olderEpisodes: "loading" }),
          episodes: { items: episodes, after: undefined },
          after: undefined,
          own: NOT_OWN,
        },
        production,
      ),
    ],
    [
      "episode, video",
      episodeGet.render({ podcast: full, episode: episodeRow({ mediaType: "video/mp4" }), own: undefined }, production),
    ],
    [
      "episode, bare",
      episodeGet.render(
        {
          podcast: podcastRow({ imageUrl: null }),
          episode: episodeRow({
            descriptionHtml: null,
            linkUrl: null,
            mediaType: null,
            mediaBytes: null,
            durationSeconds: null,
          }),
          own: undefined,
        },
        production,
      ),
    ],
    [
      "400",
      renderError(
        { status: 400, title: "Bad request", message: `Bad request: "${HOSTILE_TITLES[0]}"`, requestId },
        production,
      ),
    ],
    ["404", renderError({ status: 404, title: "Not found", message: "Not found: /nowhere", requestId }, production)],
    ["405", renderError({ status: 405, title: "Method not allowed", message: "Use GET", requestId }, production)],
    [
      "500",
      renderError(
        { status: 500, title: "Internal server error", message: "Internal server error", requestId },
        production,
      ),
    ],
    [
      "503",
      renderError(
        { status: 503, title: "Service unavailable", message: "Service unavailable: please try again", requestId },
        production,
      ),
    ],
  ]);
  for (const [index, podcast] of hostilePodcasts.entries()) {
    const view = { podcast, episodes: { items: hostileEpisodes, after: undefined }, after: undefined, own: NOT_OWN };
    pages.set(`podcast, hostile ${index}`, podcastGet.render(view, production));
  }
  for (const [index, episode] of hostileEpisodes.entries()) {
    const podcast = hostilePodcasts[index] ?? podcastRow();
    pages.set(`episode, hostile ${index}`, episodeGet.render({ podcast, episode, own: undefined }, production));
  }
  for (const [index, title] of HOSTILE_TITLES.entries()) {
    const view: TranscriptView = {
      podcast: { id: 1, title, language: title.slice(0, 20), isBlocked: true },
      episode: episodeRow({ title, mediaUrl: `https://example.com/a b"'<>.mp3#x` }),
      transcript: { url: "javascript:alert(1)", language: title.slice(0, 20), type: "text/vtt", numSegments: 2 },
      segments: [{ startSeconds: 1.5, speaker: title.slice(0, 200), text: title }, { text: "W".repeat(5_000) }],
      after: 0,
      positionSeconds: 0,
    };
    pages.set(`transcript, hostile ${index}`, transcriptGet.render(view, production));
  }
  return new Map([
    ...pages,
    ...searchPages(),
    ...accountPages({ podcast: full, hostilePodcasts, hostileEpisodes }),
    ...operatorPages({ hostileTitles: HOSTILE_TITLES }),
  ]);
}
