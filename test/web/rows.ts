import type { Episode, Podcast } from "../../shared/db/schema.ts";
import type { FoundPodcast } from "../../shared/podcasts/find-podcast.ts";

/** A podcast's row as a plain feed makes it. */
export function podcastRow(values: Partial<FoundPodcast> = {}): FoundPodcast {
  const row: Podcast = {
    id: 1,
    title: "Night Trains",
    description: "Sleeping cars, and those who ride in them.",
    author: "Ada Example",
    ownerName: null,
    language: "en-gb",
    copyright: null,
    linkUrl: "https://example.com/",
    imageUrl: "https://example.com/art.jpg",
    categories: [{ name: "Society & Culture", subcategories: ["Places & Travel"] }],
    isExplicit: false,
    itunesType: null,
    isComplete: false,
    isBlocked: false,
    isPrivate: false,
    privateReason: null,
    takenDownAt: null,
    takenDownReason: null,
    newFeedUrl: null,
    podcastGuid: null,
    isLocked: null,
    medium: null,
    namespace: { funding: [], persons: [], values: [], trailers: [], liveItems: [], podroll: [], txts: [] },
    feedKind: "rss",
    createdAt: new Date("2018-03-01T00:00:00Z"),
    updatedAt: new Date("2018-03-01T00:00:00Z"),
  };
  return { ...row, feedUrl: "https://example.com/feed.xml", ...values };
}

/** An episode's row as a plain feed makes it. */
export function episodeRow(values: Partial<Episode> = {}): Episode {
  return {
    id: 7,
    podcastId: 1,
    guid: "episode-7",
    guidSha256: Buffer.alloc(32),
    title: "Vienna to Venice",
    publishedAt: new Date("2018-03-25T18:30:00Z"),
    descriptionSource: "<p>Over the Semmering</p>",
    descriptionHtml: '<p>Over the <a href="https://example.com/semmering">Semmering</a> &amp; through the night.</p>',
    author: null,
    linkUrl: "https://example.com/7",
    imageUrl: null,
    mediaUrl: "https://media.example.com/7.mp3",
    mediaType: "audio/mpeg",
    mediaBytes: 43_210_000,
    durationSeconds: 3_725,
    isExplicit: null,
    isBlocked: false,
    season: null,
    seasonName: null,
    episodeNumber: null,
    episodeDisplay: null,
    episodeType: null,
    chapters: [],
    namespace: { persons: [], transcripts: [], soundbites: [], values: [], txts: [] },
    itemSha256: Buffer.alloc(32),
    createdAt: new Date("2018-03-25T19:00:00Z"),
    updatedAt: new Date("2018-03-25T19:00:00Z"),
    ...values,
  };
}
