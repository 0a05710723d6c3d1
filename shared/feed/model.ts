/**
 * Our model of a feed: what RSS 2.0, RDF and Atom have in common after conversion. Every string is trimmed, free of
 * NUL and lone surrogates, and cut to `LIMITS`; every URL is absolute http(s) (or empty lists and `undefined`).
 */
export type Feed = {
  kind: "rss" | "rdf" | "atom";
  title: string;
  /** Plain text, no markup. */
  description: string | undefined;
  author: string | undefined;
  ownerName: string | undefined;
  /** BCP 47, lower case as most feeds write it. */
  language: string | undefined;
  copyright: string | undefined;
  linkUrl: string | undefined;
  imageUrl: string | undefined;
  categories: Category[];
  isExplicit: boolean | undefined;
  itunesType: "episodic" | "serial" | undefined;
  /** itunes:complete: the show will have no more episodes. */
  isComplete: boolean;
  /** itunes:block (or podcast:block without an id): the show asks to stay out of public lists. */
  isBlocked: boolean;
  /** itunes:new-feed-url. Advice only: the crawler decides whether to follow it. */
  newFeedUrl: string | undefined;
  /** podcast:guid, a lower-case UUID. */
  podcastGuid: string | undefined;
  /** podcast:locked. */
  isLocked: boolean | undefined;
  /** podcast:medium, lower case: podcast, music, audiobook, ... */
  medium: string | undefined;
  /** The rest of the podcast namespace at channel level. */
  namespace: ChannelNamespace;
  /** In the feed's order, first of equal guids kept. */
  episodes: FeedEpisode[];
  /** Items that could not be used, in the feed's order, at most `LIMITS.skipped` of them. */
  skipped: SkippedItem[];
  numSkipped: number;
};

export type FeedEpisode = {
  /** 0 is the feed's first item. */
  position: number;
  guid: string;
  /** sha256 of the whole guid as the feed gave it: two guids that were cut alike stay apart. */
  guidSha256: Buffer;
  title: string;
  /** Undefined where the feed gives no date that can be read. */
  publishedAt: Date | undefined;
  /** Show notes as the feed gave them (HTML or text), cut. */
  descriptionSource: string | undefined;
  /** The same, sanitised: safe to put into a page as it is. */
  descriptionHtml: string | undefined;
  author: string | undefined;
  linkUrl: string | undefined;
  imageUrl: string | undefined;
  mediaUrl: string;
  /** MIME type, lower case, without parameters. */
  mediaType: string | undefined;
  mediaBytes: number | undefined;
  durationSeconds: number | undefined;
  isExplicit: boolean | undefined;
  isBlocked: boolean;
  season: number | undefined;
  seasonName: string | undefined;
  /** Decimal, because podcast:episode may be one ("3.5"). */
  episodeNumber: number | undefined;
  episodeDisplay: string | undefined;
  episodeType: "full" | "trailer" | "bonus" | undefined;
  /** The chapters that the feed itself carries: psc:chapters, else the times in the notes. podcast:chapters is `namespace.chapters`. */
  chapters: Chapter[];
  namespace: EpisodeNamespace;
};

export type SkippedItem = {
  position: number;
  guid: string | undefined;
  title: string | undefined;
  reason: SkipReason;
};
type SkipReason = "no media URL" | "duplicate guid" | "cannot be stored" | "too many items" | "cannot be converted";

export type Category = { name: string; subcategories: string[] };
/** `startSeconds` may have decimals. */
export type Chapter = { startSeconds: number; title: string; linkUrl?: string; imageUrl?: string };

/** The podcast namespace (https://podcastindex.org/namespace/1.0). Absent lists are empty lists. */
export type ChannelNamespace = {
  funding: Funding[];
  persons: Person[];
  location?: Location;
  license?: License;
  values: Value[];
  trailers: Trailer[];
  liveItems: LiveItem[];
  podroll: RemoteItem[];
  txts: Txt[];
};
export type EpisodeNamespace = {
  persons: Person[];
  transcripts: Transcript[];
  chapters?: ChaptersLink;
  soundbites: Soundbite[];
  location?: Location;
  license?: License;
  values: Value[];
  txts: Txt[];
};

export type Funding = { url: string; message?: string };
export type Person = { name: string; role?: string; group?: string; imageUrl?: string; linkUrl?: string };
export type Location = { name: string; geo?: string; osm?: string };
export type License = { identifier: string; url?: string };
export type Value = { type: string; method: string; suggested?: string; recipients: ValueRecipient[] };
export type ValueRecipient = {
  name?: string;
  type: string;
  address: string;
  split: number;
  fee: boolean;
  customKey?: string;
  customValue?: string;
};
export type Trailer = {
  title: string;
  url: string;
  publishedAt?: string;
  mediaType?: string;
  mediaBytes?: number;
  season?: number;
};
/** `status` is pending, live or ended; `startAt` and `endAt` are ISO 8601. */
export type LiveItem = {
  status: string;
  startAt?: string;
  endAt?: string;
  guid?: string;
  title?: string;
  linkUrl?: string;
  mediaUrl?: string;
  mediaType?: string;
  contentLinks: { url: string; text?: string }[];
};
export type RemoteItem = { feedGuid?: string; feedUrl?: string; itemGuid?: string; medium?: string; title?: string };
export type Txt = { purpose?: string; value: string };
export type Transcript = { url: string; type?: string; language?: string; rel?: string };
export type ChaptersLink = { url: string; type?: string };
export type Soundbite = { startSeconds: number; durationSeconds: number; title?: string };

/** The most that is kept of each field, in characters unless the name says otherwise. The database holds the same bounds as CHECKs. */
export const LIMITS = {
  title: 500,
  channelDescription: 4_000,
  // Show notes of real feeds reach 50 000 characters; sanitising costs a quarter of a millisecond per 1 000.
  notes: 64_000,
  // Escaping and links make the same notes longer; what is over it is left out at the end.
  notesHtml: 128_000,
  guid: 2_000,
  url: 2_000,
  shortText: 200,
  language: 20,
  mediaType: 100,
  categories: 20,
  chapters: 500,
  listEntries: 100,
  skipped: 100,
  // Newest kept.
  episodes: 20_000,
} as const;
