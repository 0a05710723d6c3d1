import { GraphQLBoolean, GraphQLEnumType, GraphQLFloat, GraphQLInt, GraphQLObjectType, GraphQLString } from "graphql";
import type { Podcast as PodcastRow } from "../../db/schema.ts";
import { asksForPassword } from "../../podcasts/find-password-hosts.ts";
import type { EpisodeRow } from "../../podcasts/list-episodes-by-podcast.ts";
import { PRIVATE_REASONS } from "../../podcasts/privacy-judge.ts";
import type { Scope } from "../scope.ts";
import { connectionType, PAGE_ARGS, type PageArgs, toConnection, toPageRequest } from "./connection.ts";
import { PodcastCrawl } from "./crawl-type.ts";
import { episodeFeedFields, listIn, podcastFeedFields } from "./feed-fields.ts";
import { DateTime, listOf, required } from "./fields.ts";
import { fileFields } from "./file-fields.ts";
import { AccountPodcast, AccountPodcastEpisode } from "./listening-types.ts";
import * as namespace from "./namespace-types.ts";

const PodcastType = enumType("PodcastType", "The order in which a show is meant to be heard.", {
  EPISODIC: { value: "episodic", description: "Any order; newest first." },
  SERIAL: { value: "serial", description: "From the first episode to the last." },
});

const FeedKind = enumType("FeedKind", "The format of a feed.", {
  RSS: { value: "rss", description: "RSS 2.0" },
  RDF: { value: "rdf", description: "RSS 1.0" },
  ATOM: { value: "atom", description: "Atom" },
  JSON: { value: "json", description: "JSON Feed" },
});

const EpisodeType = enumType("EpisodeType", "The role of an episode in its show.", {
  FULL: { value: "full", description: "A regular episode." },
  TRAILER: { value: "trailer", description: "Announces the show, a season or an episode." },
  BONUS: { value: "bonus", description: "Extra content." },
});

/** The feed as of its last successful crawl. */
export const Podcast: GraphQLObjectType<PodcastRow, Scope> = new GraphQLObjectType<PodcastRow, Scope>({
  name: "Podcast",
  description:
    "A show, as described by its feed when that was last retrieved. Fields that the feed does not set are null.",
  fields: () => ({
    id: { type: required(GraphQLString), description: "The podcast's ID. Opaque, and never changes." },
    title: { type: required(GraphQLString), description: "Plain text, at most 500 characters." },
    description: { type: GraphQLString, description: "Plain text, at most 4000 characters." },
    author: { type: GraphQLString, description: "Who makes the show, in the feed's words." },
    ownerName: { type: GraphQLString, description: "Who owns the feed." },
    language: { type: GraphQLString, description: "BCP 47 tag in lower case: `en-us`." },
    copyright: { type: GraphQLString, description: "The copyright notice." },
    linkUrl: { type: GraphQLString, description: "The show's web page." },
    imageUrl: { type: GraphQLString, description: "The show's artwork." },
    categories: { type: listOf(namespace.Category), description: "The show's categories, in the feed's order." },
    explicit: {
      type: GraphQLBoolean,
      description: "Whether the show is considered explicit.",
      resolve: (podcast) => podcast.isExplicit,
    },
    itunesType: { type: PodcastType, description: "The order in which the show is meant to be heard." },
    isComplete: {
      type: required(GraphQLBoolean),
      description: "Whether the show is complete, with no more episodes to come.",
    },
    isBlocked: {
      type: required(GraphQLBoolean),
      description: "Whether the show asks to be left out of public lists. It can then be found only by its ID.",
    },
    isLocked: { type: GraphQLBoolean, description: "Whether the feed asks other hosts not to import it." },
    feedUrl: {
      type: GraphQLString,
      description: "The feed's URL. For a private podcast, visible only to accounts that added it.",
      resolve: async ({ id }, _args, scope) => (await scope.findPodcastFeed(id))?.feedUrl,
    },
    newFeedUrl: {
      type: GraphQLString,
      description: "The URL that the feed says it is moving to.",
      // It may hold the same secret as the URL that it replaces.
      resolve: async ({ id, isPrivate, newFeedUrl }, _args, scope) =>
        !isPrivate || (await scope.findPodcastFeed(id))?.feedUrl ? newFeedUrl : null,
    },
    private: {
      type: required(GraphQLBoolean),
      description: "Whether the podcast is visible only to its subscribers and to accounts that added it.",
      resolve: (podcast) => podcast.isPrivate,
    },
    privateReason: {
      type: GraphQLString,
      description: "Why the podcast is private, as a sentence; null if it is not private or the reason is unknown.",
      resolve: ({ privateReason }) => privateReason && PRIVATE_REASONS[privateReason],
    },
    feedKind: { type: required(FeedKind), description: "The feed's format." },
    podcastGuid: {
      type: GraphQLString,
      description: "The show's global ID: a lower-case UUID, the same on every host.",
    },
    medium: {
      type: GraphQLString,
      description: "The feed's kind of content, in lower case: `podcast`, `music`, `audiobook`, ...",
    },
    funding: listIn("funding", { of: namespace.Funding, description: "Where listeners can support the show." }),
    persons: listIn("persons", { of: namespace.Person, description: "People who take part in the show." }),
    location: {
      type: namespace.Location,
      description: "The place that the show is about.",
      resolve: ({ namespace }) => namespace?.location,
    },
    license: {
      type: namespace.License,
      description: "The license that the show is published under.",
      resolve: ({ namespace }) => namespace?.license,
    },
    values: listIn("values", { of: namespace.Value, description: "Ways for listeners to pay while they listen." }),
    trailers: listIn("trailers", { of: namespace.Trailer, description: "Trailers of the show and its seasons." }),
    liveItems: listIn("liveItems", { of: namespace.LiveItem, description: "Live broadcasts that the show announces." }),
    podroll: listIn("podroll", { of: namespace.RemoteItem, description: "Shows that this one recommends." }),
    txts: listIn("txts", { of: namespace.Txt, description: "Free text for software." }),
    ...podcastFeedFields,
    createdAt: { type: required(DateTime), description: "When the podcast was first stored." },
    updatedAt: { type: required(DateTime), description: "When anything about the podcast last changed." },
    lastRetrievedAt: {
      type: DateTime,
      description: "When the feed was last retrieved successfully.",
      resolve: async ({ id }, _args, scope) => (await scope.findPodcastFeed(id))?.lastRetrievedAt,
    },
    hasOlderEpisodes: {
      type: required(GraphQLBoolean),
      description:
        "Whether the feed has pages with older episodes that were not retrieved (RFC 5005). `podcastLoadOlderEpisodes` requests them.",
      resolve: async ({ id }, _args, scope) => (await scope.findPodcastFeed(id))?.hasOlderEpisodes ?? false,
    },
    quarantinedSince: {
      type: DateTime,
      description:
        "Since when another show has been at the feed's URL; null if none is. Nothing of that show is stored here, so there are no new episodes until the operator has decided.",
      resolve: async ({ id }, _args, scope) => (await scope.findPodcastFeed(id))?.quarantinedSince,
    },
    crawl: {
      type: PodcastCrawl,
      description: "When the feed is checked for new episodes, and what is wrong with it.",
      resolve: async ({ id }, _args, scope) => (await scope.findPodcastFeed(id))?.crawl,
    },
    episodes: {
      type: required(EpisodeConnection),
      description: "The show's episodes, newest first.",
      args: PAGE_ARGS,
      resolve: ({ id }, args: PageArgs, scope) => resolveEpisodes(id, args, scope),
    },
    accountPodcast: {
      type: AccountPodcast,
      description: "The account's relation to the podcast; null if there is none, or without an account.",
      resolve: ({ id }, _args, scope) => scope.findAccountPodcast(id),
    },
  }),
});

/** A playable item of a feed. */
export const Episode: GraphQLObjectType<EpisodeRow, Scope> = new GraphQLObjectType<EpisodeRow, Scope>({
  name: "Episode",
  description: "A playable item of a show. Kept when its feed drops it. Fields that the feed does not set are null.",
  fields: () => ({
    id: { type: required(GraphQLString), description: "The episode's ID. Opaque, and never changes." },
    podcastId: { type: required(GraphQLString), description: "The ID of the episode's podcast." },
    podcast: {
      type: required(Podcast),
      description: "The episode's podcast.",
      resolve: ({ podcastId }, _args, scope) => scope.findPodcast(podcastId),
    },
    guid: {
      type: required(GraphQLString),
      description: "The episode's ID within its feed. Some feeds give several episodes the same.",
    },
    title: { type: required(GraphQLString), description: "Plain text, at most 500 characters." },
    publishedAt: {
      type: required(DateTime),
      description:
        "When the episode was published. If the feed has no valid date, or one more than a day ahead, a date that keeps the feed's order; 1 January 1970 if none can be told.",
    },
    announcedFor: {
      type: DateTime,
      description: "The feed's date, if it is more than a day ahead. It becomes `publishedAt` once it has come.",
    },
    absentSince: {
      type: DateTime,
      description: "Since when the feed no longer lists the episode; null while it does.",
    },
    description: {
      type: GraphQLString,
      description: "Show notes as sanitized HTML: safe to insert into a page.",
      resolve: (episode) => episode.descriptionHtml,
    },
    descriptionSource: {
      type: GraphQLString,
      description: "Show notes as in the feed, HTML or text, at most 64000 characters. Unsafe: sanitize before use.",
    },
    author: { type: GraphQLString, description: "Who made the episode, in the feed's words." },
    linkUrl: { type: GraphQLString, description: "The episode's web link." },
    imageUrl: { type: GraphQLString, description: "The episode's artwork; if null, use the podcast's." },
    mediaUrl: {
      type: required(GraphQLString),
      description: "The episode's media link (i.e. where the audio can be found).",
    },
    mediaNeedsFeedPassword: {
      type: required(GraphQLBoolean),
      description:
        "Whether downloading the media needs the user name and password of the podcast's feed: the feed's URL has them, and the media is on the same host.",
      resolve: async ({ podcastId, mediaUrl }, _args, scope) => {
        const host = await scope.findPasswordHost(podcastId);
        return host !== undefined && asksForPassword({ podcastId, mediaUrl }, new Map([[podcastId, host]]));
      },
    },
    mediaType: { type: GraphQLString, description: "MIME type of the media in lower case: `audio/mpeg`." },
    mediaBytes: {
      type: GraphQLFloat,
      description: "Size of the media in bytes: a whole number, which may exceed 2^31.",
    },
    durationSeconds: { type: GraphQLInt, description: "Duration in whole seconds." },
    explicit: {
      type: GraphQLBoolean,
      description: "Whether the episode is considered explicit.",
      resolve: (episode) => episode.isExplicit,
    },
    isBlocked: {
      type: required(GraphQLBoolean),
      description: "Whether the episode asks to be left out of public lists.",
    },
    episodeType: { type: EpisodeType, description: "The episode's role in its show." },
    season: { type: GraphQLInt, description: "The season's number." },
    seasonName: { type: GraphQLString, description: "The season's name." },
    episodeNumber: {
      type: GraphQLFloat,
      description: "The episode's number, within its season if it has one. May have decimals.",
    },
    episodeDisplay: { type: GraphQLString, description: "What to show instead of the number: `Ch.3`." },
    ...fileFields(),
    chaptersLink: {
      type: namespace.ChaptersLink,
      description: "A file with the episode's chapters.",
      resolve: ({ namespace }) => namespace?.chapters,
    },
    transcripts: listIn("transcripts", {
      of: namespace.Transcript,
      description: "Files with transcripts of the episode.",
    }),
    soundbites: listIn("soundbites", { of: namespace.Soundbite, description: "Excerpts to promote the episode." }),
    persons: listIn("persons", {
      of: namespace.Person,
      description: "People who take part in the episode; if empty, use the podcast's.",
    }),
    location: {
      type: namespace.Location,
      description: "The place that the episode is about.",
      resolve: ({ namespace }) => namespace?.location,
    },
    license: {
      type: namespace.License,
      description: "The license that the episode is published under; if null, use the podcast's.",
      resolve: ({ namespace }) => namespace?.license,
    },
    values: listIn("values", {
      of: namespace.Value,
      description: "Ways for listeners to pay; if empty, use the podcast's.",
    }),
    txts: listIn("txts", { of: namespace.Txt, description: "Free text for software." }),
    ...episodeFeedFields,
    createdAt: { type: required(DateTime), description: "When the episode was first stored." },
    updatedAt: { type: required(DateTime), description: "When anything about the episode last changed." },
    accountEpisode: {
      type: AccountPodcastEpisode,
      description: "The account's state of the episode; null if there is none, or without an account.",
      resolve: ({ id }, _args, scope) => scope.findAccountEpisode(id),
    },
  }),
});

export const PodcastConnection = connectionType(Podcast);
export const EpisodeConnection = connectionType(Episode);

export async function resolveEpisodes(podcastId: number, args: PageArgs, scope: Scope) {
  const page = toPageRequest(args);
  return toConnection(await scope.listEpisodes(podcastId, page), page);
}

type EnumValues = Record<string, { value: string; description: string }>;

function enumType(name: string, description: string, values: EnumValues): GraphQLEnumType {
  return new GraphQLEnumType({ name, description, values });
}
