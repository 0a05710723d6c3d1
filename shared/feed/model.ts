import type { HubLinks } from "./links/hub-links.ts";
import type {
  AlternateEnclosure,
  Chat,
  Image,
  SocialInteract,
  UpdateFrequency,
  ValueTimeSplit,
} from "./namespace/types.ts";

export type * from "./namespace/types.ts";

/**
 * Our model of a feed, the same for RSS 2.0, RDF, Atom and JSON Feed. Every string is trimmed, free of NUL and lone surrogates, and
 * truncated to `LIMITS`. Every URL is absolute http(s). Missing values are `undefined` or empty lists.
 */
export type Feed = {
  kind: "rss" | "rdf" | "atom" | "json";
  title: string;
  /** The feed has no title; `title` is then the host of its page. */
  isUntitled: boolean;
  /** Plain text, no markup. */
  description: string | undefined;
  author: string | undefined;
  ownerName: string | undefined;
  /** BCP 47, in lower case like in most feeds. */
  language: string | undefined;
  copyright: string | undefined;
  linkUrl: string | undefined;
  imageUrl: string | undefined;
  categories: Category[];
  isExplicit: boolean | undefined;
  itunesType: "episodic" | "serial" | undefined;
  /** itunes:complete: there will be no more episodes. */
  isComplete: boolean;
  /** itunes:block, or podcast:block without an ID: the show asks to stay out of public lists. */
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
  /** The page with older episodes (RFC 5005): a link with the relation `next`, or else `prev-archive`. */
  nextPageUrl: string | undefined;
  /** What else it says, for the API only. Undefined if that is nothing. */
  extras: ChannelExtras | undefined;
  /** What it says about when to come back. */
  updateHints: UpdateHints;
  /** The hubs that announce its changes, and its own URL as it says. */
  hubLinks: HubLinks;
  /** When the channel was published or, if it does not say, last built. */
  publishedAt: Date | undefined;
  /** In the feed's order. The first of equal items is kept. */
  episodes: FeedEpisode[];
  /** Whether all episodes of the feed are in `episodes`: it does not have too many. */
  isWhole: boolean;
  /** Unusable items in the feed's order, at most `LIMITS.skipped`. */
  skipped: SkippedItem[];
  numSkipped: number;
};

export type FeedEpisode = {
  /** Index of the item in the feed. */
  position: number;
  guid: string;
  /**
   * Identifies the episode within its feed: SHA-256 of the full GUID, which distinguishes GUIDs that are equal once
   * truncated. If different episodes share a GUID, also of what tells them apart.
   */
  guidSha256: Buffer;
  title: string;
  /** Undefined if the feed has no readable date. */
  publishedAt: Date | undefined;
  /** Show notes as the feed has them (HTML or text), truncated. */
  descriptionSource: string | undefined;
  /** Sanitized show notes, safe to include in a page. */
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
  /** May have decimals, like podcast:episode ("3.5"). */
  episodeNumber: number | undefined;
  episodeDisplay: string | undefined;
  episodeType: "full" | "trailer" | "bonus" | undefined;
  /** Chapters in the feed: psc:chapters, or else times in the notes. For podcast:chapters see `namespace.chapters`. */
  chapters: Chapter[];
  namespace: EpisodeNamespace;
  /** What else the item says, for the API only. Undefined if that is nothing. */
  extras: EpisodeExtras | undefined;
};

export type SkippedItem = {
  position: number;
  guid: string | undefined;
  title: string | undefined;
  reason: SkipReason;
};
type SkipReason = "no media URL" | "duplicate guid" | "cannot be stored" | "too many items" | "cannot be converted";

/** When a feed asks to be fetched. Hours and days are in UTC; Sunday is 0. */
export type UpdateHints = {
  ttlMinutes?: number;
  skipHours?: number[];
  skipDays?: number[];
  /** sy:updatePeriod divided by sy:updateFrequency. */
  updatePeriodMinutes?: number;
  /** The rule of podcast:updateFrequency. */
  announced?: AnnouncedRhythm;
  /** There will be no more episodes, by itunes:complete or podcast:updateFrequency. */
  isComplete?: boolean;
};
/** A mean time between episodes, and the weekdays that they come on. */
export type AnnouncedRhythm = { periodMs: number; days?: number[] };

export type Category = { name: string; subcategories: string[] };
/** `startSeconds` may have decimals. */
export type Chapter = { startSeconds: number; title: string; linkUrl?: string; imageUrl?: string };

/** Plain texts. itunes:title only where it is not the title. */
export type ChannelExtras = { itunesTitle?: string; subtitle?: string; keywords?: string[]; generator?: string };
/** `summary` is the feed's short description where it has longer notes as well. */
export type EpisodeExtras = {
  itunesTitle?: string;
  subtitle?: string;
  summary?: string;
  keywords?: string[];
  categories?: string[];
  commentsUrl?: string;
};

/**
 * The podcast namespace (https://podcastindex.org/namespace/1.0). Lists that are not optional are empty if they are
 * missing.
 */
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
  /** The second location and later ones. */
  otherLocations?: Location[];
  /** Items of other feeds that this feed is a list of, as a playlist is. */
  remoteItems?: RemoteItem[];
  publisher?: RemoteItem;
  updateFrequency?: UpdateFrequency;
  usesPodping?: boolean;
} & SharedNamespace;
export type EpisodeNamespace = {
  persons: Person[];
  transcripts: Transcript[];
  chapters?: ChaptersLink;
  soundbites: Soundbite[];
  location?: Location;
  license?: License;
  values: Value[];
  txts: Txt[];
  otherLocations?: Location[];
  alternateEnclosures?: AlternateEnclosure[];
} & SharedNamespace;
type SharedNamespace = { socialInteracts?: SocialInteract[]; chat?: Chat; images?: Image[] };

export type Funding = { url: string; message?: string };
export type Person = { name: string; role?: string; group?: string; imageUrl?: string; linkUrl?: string };
/** `rel` is "creator" for the place of production, else the place is the subject. `country` is ISO 3166-1 alpha-2. */
export type Location = { name: string; geo?: string; osm?: string; rel?: string; country?: string };
export type License = { identifier: string; url?: string };
export type Value = {
  type: string;
  method: string;
  suggested?: string;
  recipients: ValueRecipient[];
  timeSplits?: ValueTimeSplit[];
};
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
  description?: string;
  imageUrl?: string;
  persons?: Person[];
  values?: Value[];
  alternateEnclosures?: AlternateEnclosure[];
} & SharedNamespace;
export type RemoteItem = { feedGuid?: string; feedUrl?: string; itemGuid?: string; medium?: string; title?: string };
export type Txt = { purpose?: string; value: string };
export type Transcript = { url: string; type?: string; language?: string; rel?: string };
export type ChaptersLink = { url: string; type?: string };
export type Soundbite = { startSeconds: number; durationSeconds: number; title?: string };

/** Limits of fields in characters, and of lists in entries. The database's CHECKs allow as much or more. */
export const LIMITS = {
  title: 500,
  channelDescription: 4_000,
  // Show notes of real feeds have up to 50 000 characters. Sanitizing takes 0.25 ms per 1 000.
  notes: 64_000,
  // Escaping and links make notes longer. Longer notes lose their end.
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
  // The newest episodes are kept.
  episodes: 20_000,
} as const;
