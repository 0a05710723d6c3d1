import operatorGet from "../../functions/web/operator-get.ts";
import operatorPodcastGet from "../../functions/web/operator-podcast-get.ts";
import { readConfig } from "../../shared/config.ts";
import { type Context, NOBODY } from "../../shared/context.ts";
import type { Reply } from "../../shared/http/function.ts";
import { type CrawlOverview, LISTS } from "../../shared/operator/crawl-overview.ts";
import type { CrawlReport } from "../../shared/operator/crawl-report.ts";

// As in pages.ts: `render` reads no more of a context.
const ctx = { config: readConfig({ PODCORE_PUBLIC_URL: "https://podcore.example.com" }), caller: NOBODY } as Context;

const AT = new Date("2026-03-01T08:00:00Z");
const LATER = new Date("2026-03-01T11:20:00Z");
const nextVisit = { at: LATER, isDue: false, reason: "retry", why: "The last check failed, so it is tried again." };

type Podcast = NonNullable<CrawlOverview["podcasts"]>["items"][number];

function listed(values: Partial<Podcast> = {}): Podcast {
  return {
    podcastId: 1,
    title: "Night Trains",
    isPrivate: false,
    feedUrl: "https://feeds.example.com/night-trains",
    lastStatus: 503,
    lastError: "Error fetching podcast feed. Host responded with status: 503",
    numFailures: 12,
    foundTitle: undefined,
    hollowSince: undefined,
    sameGuidIds: [],
    movesTo: undefined,
    takenDownReason: undefined,
    mergedIntoId: undefined,
    nextVisit,
    ...values,
  };
}

function report(values: Partial<CrawlReport> = {}): CrawlReport {
  return {
    podcastId: 1,
    title: "Night Trains",
    isPrivate: false,
    createdAt: AT,
    lastStatus: 200,
    redirects: [
      { status: 301, host: "feeds.example.com" },
      { status: 302, host: "cdn.example.com" },
    ],
    lastError: undefined,
    lastErrorAt: undefined,
    numFailures: 0,
    numUnfinished: 0,
    lastAttemptedAt: AT,
    lastSucceededAt: AT,
    lastChangedAt: AT,
    goneSince: undefined,
    hollowSince: undefined,
    etag: '"5e7a-61f0c3"',
    lastModified: "Sun, 01 Mar 2026 07:55:12 GMT",
    nextVisit: { ...nextVisit, reason: "usual-time", why: "Episodes usually come just before that." },
    host: { name: "feeds.example.com", pausedUntil: undefined, slowness: 1 },
    move: undefined,
    feedUrls: [
      { url: "https://feeds.example.com/night-trains", isCurrent: true, firstRetrievedAt: AT, lastRetrievedAt: AT },
    ],
    quarantine: undefined,
    takenDown: undefined,
    mergedInto: undefined,
    merged: [],
    decisions: [],
    sameGuid: [],
    ...values,
  };
}

function all(title: string): CrawlReport {
  return report({
    title,
    isPrivate: true,
    lastStatus: undefined,
    lastError: title,
    lastErrorAt: AT,
    numFailures: 3,
    numUnfinished: 2,
    goneSince: AT,
    hollowSince: AT,
    etag: `"${"W".repeat(2_000)}"`,
    host: { name: "feeds.example.com", pausedUntil: LATER, slowness: 120 },
    move: { url: `https://new.example.com/${"w".repeat(500)}`, since: AT, numSeen: 3 },
    feedUrls: [1, 2].map((n) => ({
      url: `https://feeds.example.com/${"w".repeat(500)}/${n}`,
      isCurrent: n === 1,
      firstRetrievedAt: AT,
      lastRetrievedAt: AT,
    })),
    quarantine: {
      ...{ foundUrl: "https://feeds.example.com/night-trains", title, author: title.slice(0, 200), podcastGuid: title },
      ...{ numItems: 7, since: AT, lastSeenAt: LATER },
    },
    merged: [
      { podcastId: 2, title, at: AT },
      { podcastId: 3, title, at: AT },
    ],
    decisions: [
      { decision: "other", title, feedUrl: `https://feeds.example.com/${"b".repeat(200)}`, at: AT, leadsToId: 9 },
      { decision: "same", title, feedUrl: "https://feeds.example.com/b", at: AT, leadsToId: undefined },
    ],
    sameGuid: [
      { podcastId: 4, title },
      { podcastId: 5, title },
    ],
  });
}

const counts = Object.fromEntries(LISTS.map((list, i) => [list, i % 3 === 0 ? 1_000 : i])) as CrawlOverview["counts"];

/** The operator's pages, by name. */
export function operatorPages({ hostileTitles }: { hostileTitles: readonly string[] }): Map<string, Reply> {
  const troubled = [
    listed(),
    listed({
      podcastId: 2,
      title: "Day Trains",
      numFailures: 0,
      foundTitle: "Cheap loans",
      sameGuidIds: [4, 5],
      nextVisit: { ...nextVisit, isDue: true },
    }),
    listed({
      podcastId: 3,
      isPrivate: true,
      feedUrl: "https://private.example.com/***",
      numFailures: 1,
      hollowSince: AT,
    }),
    listed({ podcastId: 4, feedUrl: undefined, numFailures: 0, movesTo: "https://new.example.com/", mergedIntoId: 1 }),
  ];
  const hostile = hostileTitles.map((title, i) =>
    listed({ podcastId: i + 1, title, lastError: title, foundTitle: title, takenDownReason: title, feedUrl: title }),
  );
  const views: [name: string, view: Partial<CrawlOverview>][] = [
    ["operator", {}],
    ["operator, failing", { list: "failing", podcasts: { items: troubled, after: "c" } }],
    ["operator, none", { list: "hollow", podcasts: { items: [], after: undefined }, after: "c" }],
    ["operator, search", { query: "trains", podcasts: { items: troubled, after: undefined } }],
    ["operator, hostile", { query: hostileTitles[0], podcasts: { items: hostile, after: `"><b>` }, after: `"><b>` }],
    [
      "operator, hosts",
      {
        list: "hosts",
        hosts: {
          items: [
            { host: "feeds.example.com", pausedUntil: LATER, slowness: 120, numDue: 1_000 },
            { host: "slow.example.com", pausedUntil: undefined, slowness: 17.349, numDue: 1 },
          ],
          after: undefined,
        },
      },
    ],
    [
      "operator, jobs",
      {
        list: "jobs",
        jobs: {
          items: [
            {
              jobId: 7,
              name: "podcast_refresh",
              subject: { podcastId: 1 },
              numErrors: 10,
              lastError: "It broke",
              createdAt: AT,
              parkedAt: LATER,
            },
            {
              jobId: 6,
              name: "notice_mailer",
              subject: {},
              numErrors: 1,
              lastError: undefined,
              createdAt: AT,
              parkedAt: LATER,
            },
          ],
          after: "c",
        },
      },
    ],
  ];
  const reports: [name: string, report: CrawlReport, done?: string][] = [
    ["operator podcast", report()],
    ["operator podcast, all", all("Night Trains"), "same"],
    [
      "operator podcast, merged",
      report({ mergedInto: { podcastId: 2, title: "Day Trains", at: AT }, feedUrls: [] }),
      "x",
    ],
    ["operator podcast, taken down", report({ takenDown: { at: AT, reason: "A copy" } }), "blocked"],
    ...hostileTitles.map((title, i): [string, CrawlReport] => [`operator podcast, hostile ${i}`, all(title)]),
  ];
  return new Map([
    ...views.map(([name, view]): [string, Reply] => [name, operatorGet.render({ counts, ...view }, ctx)]),
    ...reports.map(([name, it, done]): [string, Reply] => [name, operatorPodcastGet.render({ report: it, done }, ctx)]),
  ]);
}
