import { GraphQLBoolean, GraphQLEnumType, GraphQLFloat, GraphQLInt, GraphQLObjectType, GraphQLString } from "graphql";
import type { Podcast as PodcastRow } from "../../db/schema.ts";
import { asksForPassword } from "../../podcasts/find-password-hosts.ts";
import type { EpisodeRow } from "../../podcasts/list-episodes-by-podcast.ts";
import { PRIVATE_REASONS } from "../../podcasts/privacy-judge.ts";
import type { Scope } from "../scope.ts";
import { connectionType, PAGE_ARGS, type PageArgs, toConnection, toPageRequest } from "./connection.ts";
import { DateTime, listOf, required } from "./fields.ts";
import { AccountPodcast, AccountPodcastEpisode } from "./listening-types.ts";
import * as namespace from "./namespace-types.ts";

const PodcastType = enumType("PodcastType", "The order that a show is meant to be heard in.", {
  EPISODIC: { value: "episodic", description: "Any order; newest first." },
  SERIAL: { value: "serial", description: "From the first episode on." },
});

const FeedKind = enumType("FeedKind", "The format of a feed.", {
  RSS: { value: "rss", description: "RSS 2.0" },
  RDF: { value: "rdf", description: "RSS 1.0" },
  ATOM: { value: "atom", description: "Atom" },
});

const EpisodeType = enumType("EpisodeType", "What an episode is to its show.", {
  FULL: { value: "full", description: "An episode proper." },
  TRAILER: { value: "trailer", description: "Announces the show, a season or an episode." },
  BONUS: { value: "bonus", description: "Extra content." },
});

/** All that the feed said as of its last good crawl. */
export const Podcast: GraphQLObjectType<PodcastRow, Scope> = new GraphQLObjectType<PodcastRow, Scope>({
  name: "Podcast",
  description: "A show, as its feed described it when it was last retrieved. What the feed does not say is null.",
  fields: () => ({
    id: { type: required(GraphQLString), description: "The podcast's ID: opaque, for good." },
    title: { type: required(GraphQLString), description: "Plain text, at most 500 characters." },
    description: { type: GraphQLString, description: "Plain text, at most 4000 characters." },
    author: { type: GraphQLString, description: "Who makes the show, as the feed words it." },
    ownerName: { type: GraphQLString, description: "Who owns the feed." },
    language: { type: GraphQLString, description: "BCP 47, lower case as most feeds write it: `en-us`." },
    copyright: { type: GraphQLString, description: "The copyright notice." },
    linkUrl: { type: GraphQLString, description: "The show's web page." },
    imageUrl: { type: GraphQLString, description: "The show's artwork." },
    categories: { type: listOf(namespace.Category), description: "Its subjects, in the feed's order." },
    explicit: {
      type: GraphQLBoolean,
      description: "Whether the show is considered explicit.",
      resolve: (podcast) => podcast.isExplicit,
    },
    itunesType: { type: PodcastType, description: "The order that the show is meant to be heard in." },
    isComplete: {
      type: required(GraphQLBoolean),
      description: "Whether the show said that no more episodes will come.",
    },
    isBlocked: {
      type: required(GraphQLBoolean),
      description: "Whether the show asks to stay out of public lists: it is found by its ID only.",
    },
    isLocked: { type: GraphQLBoolean, description: "Whether other hosts are asked not to import the feed." },
    feedUrl: {
      type: GraphQLString,
      description: "Where the feed is retrieved from. Of a private podcast, only who has given it sees it.",
      resolve: async ({ id }, _args, scope) => (await scope.findPodcastFeed(id))?.feedUrl,
    },
    newFeedUrl: {
      type: GraphQLString,
      description: "Where the feed says that it moves to.",
      // It may hold the same secret as the URL that it replaces.
      resolve: async ({ id, isPrivate, newFeedUrl }, _args, scope) =>
        !isPrivate || (await scope.findPodcastFeed(id))?.feedUrl ? newFeedUrl : null,
    },
    private: {
      type: required(GraphQLBoolean),
      description: "Whether only its subscribers and those who gave its feed's URL see the podcast.",
      resolve: (podcast) => podcast.isPrivate,
    },
    privateReason: {
      type: GraphQLString,
      description: "Why it is private, in a sentence; null where it is not, or where that is not known.",
      resolve: ({ privateReason }) => privateReason && PRIVATE_REASONS[privateReason],
    },
    feedKind: { type: required(FeedKind), description: "The feed's format." },
    podcastGuid: {
      type: GraphQLString,
      description: "The show's global id: a lower-case UUID, the same on every host.",
    },
    medium: {
      type: GraphQLString,
      description: "What the feed is made of, lower case: `podcast`, `music`, `audiobook`, ...",
    },
    funding: listIn("funding", { of: namespace.Funding, description: "Where listeners can support the show." }),
    persons: listIn("persons", { of: namespace.Person, description: "Who takes part in the show." }),
    location: {
      type: namespace.Location,
      description: "The place that the show is about.",
      resolve: ({ namespace }) => namespace?.location,
    },
    license: {
      type: namespace.License,
      description: "The terms that the show is published under.",
      resolve: ({ namespace }) => namespace?.license,
    },
    values: listIn("values", { of: namespace.Value, description: "Ways for listeners to pay while they listen." }),
    trailers: listIn("trailers", { of: namespace.Trailer, description: "Trailers of the show and its seasons." }),
    liveItems: listIn("liveItems", { of: namespace.LiveItem, description: "Live broadcasts that the show announces." }),
    podroll: listIn("podroll", { of: namespace.RemoteItem, description: "Shows that this one recommends." }),
    txts: listIn("txts", { of: namespace.Txt, description: "Free text for machines." }),
    createdAt: { type: required(DateTime), description: "When the podcast was first stored." },
    updatedAt: { type: required(DateTime), description: "When anything about the podcast last changed." },
    lastRetrievedAt: {
      type: DateTime,
      description: "When the feed was last retrieved without failure.",
      resolve: async ({ id }, _args, scope) => (await scope.findPodcastFeed(id))?.lastRetrievedAt,
    },
    episodes: {
      type: required(EpisodeConnection),
      description: "The show's episodes, newest first.",
      args: PAGE_ARGS,
      resolve: ({ id }, args: PageArgs, scope) => resolveEpisodes(id, args, scope),
    },
    accountPodcast: {
      type: AccountPodcast,
      description:
        "What the caller's account has to do with the podcast; null where that is nothing, and without an account.",
      resolve: ({ id }, _args, scope) => scope.findAccountPodcast(id),
    },
  }),
});

/** An item of a feed that can be played. */
export const Episode: GraphQLObjectType<EpisodeRow, Scope> = new GraphQLObjectType<EpisodeRow, Scope>({
  name: "Episode",
  description:
    "An item of a show that can be played. It stays when its feed drops it. What the feed does not say is null.",
  fields: () => ({
    id: { type: required(GraphQLString), description: "The episode's ID: opaque, for good." },
    podcastId: { type: required(GraphQLString), description: "The episode's podcast's ID." },
    podcast: {
      type: required(Podcast),
      description: "The episode's podcast.",
      resolve: ({ podcastId }, _args, scope) => scope.findPodcast(podcastId),
    },
    guid: { type: required(GraphQLString), description: "The episode's id within its feed." },
    title: { type: required(GraphQLString), description: "Plain text, at most 500 characters." },
    publishedAt: {
      type: required(DateTime),
      description:
        "The episode's publishing date and time; where the feed gives none that can be read, when it was first seen.",
    },
    description: {
      type: GraphQLString,
      description: "Show notes as HTML, sanitised: safe to put into a page as they are.",
      resolve: (episode) => episode.descriptionHtml,
    },
    descriptionSource: {
      type: GraphQLString,
      description:
        "Show notes as the feed gave them, HTML or text, at most 64000 characters. Unsafe: sanitise before use.",
    },
    author: { type: GraphQLString, description: "Who made the episode, as the feed words it." },
    linkUrl: { type: GraphQLString, description: "The episode's web link." },
    imageUrl: { type: GraphQLString, description: "The episode's artwork; the podcast's where absent." },
    mediaUrl: {
      type: required(GraphQLString),
      description: "The episode's media link (i.e. where the audio can be found).",
    },
    mediaNeedsFeedPassword: {
      type: required(GraphQLBoolean),
      description:
        "Whether the media asks for the user name and password of the podcast's feed: the feed has them in its URL, and the media is on the same host.",
      resolve: async ({ podcastId, mediaUrl }, _args, scope) => {
        const host = await scope.findPasswordHost(podcastId);
        return host !== undefined && asksForPassword({ podcastId, mediaUrl }, new Map([[podcastId, host]]));
      },
    },
    mediaType: { type: GraphQLString, description: "MIME type of the media, lower case: `audio/mpeg`." },
    mediaBytes: {
      type: GraphQLFloat,
      description: "Size of the media in bytes: a whole number, which may pass 2^31.",
    },
    durationSeconds: { type: GraphQLInt, description: "How long it plays, in whole seconds." },
    explicit: {
      type: GraphQLBoolean,
      description: "Whether the episode is considered explicit.",
      resolve: (episode) => episode.isExplicit,
    },
    isBlocked: { type: required(GraphQLBoolean), description: "Whether the episode asks to stay out of public lists." },
    episodeType: { type: EpisodeType, description: "What the episode is to its show." },
    season: { type: GraphQLInt, description: "The season's number." },
    seasonName: { type: GraphQLString, description: "What the season is called." },
    episodeNumber: {
      type: GraphQLFloat,
      description: "The episode's number, in its season where it has one. May have decimals.",
    },
    episodeDisplay: { type: GraphQLString, description: "What to show instead of the number: `Ch.3`." },
    chapters: { type: listOf(namespace.Chapter), description: "The chapters that the feed itself lists." },
    chaptersLink: {
      type: namespace.ChaptersLink,
      description: "A file with the episode's chapters.",
      resolve: ({ namespace }) => namespace?.chapters,
    },
    transcripts: listIn("transcripts", { of: namespace.Transcript, description: "Files with the episode's words." }),
    soundbites: listIn("soundbites", { of: namespace.Soundbite, description: "Parts that stand for the episode." }),
    persons: listIn("persons", {
      of: namespace.Person,
      description: "Who takes part in the episode; the podcast's persons where empty.",
    }),
    location: {
      type: namespace.Location,
      description: "The place that the episode is about.",
      resolve: ({ namespace }) => namespace?.location,
    },
    license: {
      type: namespace.License,
      description: "The terms that the episode is published under; the podcast's where absent.",
      resolve: ({ namespace }) => namespace?.license,
    },
    values: listIn("values", {
      of: namespace.Value,
      description: "Ways for listeners to pay; the podcast's where empty.",
    }),
    txts: listIn("txts", { of: namespace.Txt, description: "Free text for machines." }),
    createdAt: { type: required(DateTime), description: "When the episode was first stored." },
    updatedAt: { type: required(DateTime), description: "When anything about the episode last changed." },
    accountEpisode: {
      type: AccountPodcastEpisode,
      description:
        "What the caller's account has done with the episode; null where that is nothing, and without an account.",
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

/** A list of the podcast namespace. A row from before the list was known has none. */
function listIn<Name extends string>(name: Name, { of, description }: { of: GraphQLObjectType; description: string }) {
  type Row = { namespace?: { [key in Name]?: readonly unknown[] } };
  return { type: listOf(of), description, resolve: ({ namespace }: Row) => namespace?.[name] ?? [] };
}

type EnumValues = Record<string, { value: string; description: string }>;

function enumType(name: string, description: string, values: EnumValues): GraphQLEnumType {
  return new GraphQLEnumType({ name, description, values });
}
