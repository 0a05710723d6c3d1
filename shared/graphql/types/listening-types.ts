import { GraphQLBoolean, GraphQLInt, GraphQLObjectType, GraphQLString } from "graphql";
import type { AccountEpisode, AccountPodcast as AccountPodcastRow, Podcast as PodcastRow } from "../../db/schema.ts";
import { NUM_NEW_MAX } from "../../listening/count-new-episodes.ts";
import type { Takedown } from "../../podcasts/find-takedowns.ts";
import type { EpisodeRow } from "../../podcasts/list-episodes-by-podcast.ts";
import type { Scope } from "../scope.ts";
import { DateTime, required } from "./fields.ts";
import { Episode, Podcast } from "./node-types.ts";

// A list of subscriptions has read the podcasts already, and a list of episodes what lists show of them.
type HeldPodcast = AccountPodcastRow & { podcast?: PodcastRow; takedown?: Takedown };
type HeldEpisode = AccountEpisode & { episode?: EpisodeRow };

const TakedownType = new GraphQLObjectType<Takedown, Scope>({
  name: "Takedown",
  description: "What is left of a podcast that the operator of this server has taken down.",
  fields: () => ({
    title: { type: required(GraphQLString), description: "The podcast's title." },
    reason: { type: required(GraphQLString), description: "Why it was taken down, as the operator words it." },
    at: { type: required(DateTime), description: "When it was taken down." },
  }),
});

export const AccountPodcast = new GraphQLObjectType<HeldPodcast, Scope>({
  name: "AccountPodcast",
  description: "What an account has to do with a podcast. It stays when the account unsubscribes.",
  fields: () => ({
    id: { type: required(GraphQLString), description: "Its own ID: opaque, for good." },
    accountId: { type: required(GraphQLString), description: "The account's ID." },
    podcastId: { type: required(GraphQLString), description: "The podcast's ID." },
    podcast: {
      type: Podcast,
      description: "The podcast; null where it is private and the account has left it, and where it was taken down.",
      resolve: (held, _args, scope) => held.podcast ?? scope.findPodcast(held.podcastId),
    },
    takedown: {
      type: TakedownType,
      description: "Set where the operator has taken the podcast down: nothing else is told of it then.",
      resolve: ({ podcastId, podcast, takedown }, _args, scope) =>
        podcast === undefined ? (takedown ?? scope.findTakedown(podcastId)) : undefined,
    },
    isSubscribed: {
      type: required(GraphQLBoolean),
      description: "Whether the account is subscribed.",
      resolve: ({ subscribedAt, unsubscribedAt }) => subscribedAt !== null && unsubscribedAt === null,
    },
    subscribedAt: { type: DateTime, description: "When the account last subscribed; null where it never has." },
    unsubscribedAt: { type: DateTime, description: "When it unsubscribed; null while it is subscribed." },
    numNew: {
      type: required(GraphQLInt),
      description: `How many of its episodes are new to the account, as \`newEpisodes\` says. ${NUM_NEW_MAX} stands for that or more.`,
      resolve: async ({ podcastId }, _args, scope) => (await scope.countNewEpisodes(podcastId)) ?? 0,
    },
    updatedAt: { type: required(DateTime), description: "When any of this last changed." },
  }),
});

export const AccountPodcastEpisode = new GraphQLObjectType<HeldEpisode, Scope>({
  name: "AccountPodcastEpisode",
  description: "What an account has done with an episode.",
  fields: () => ({
    id: { type: required(GraphQLString), description: "Its own ID: opaque, for good." },
    accountId: { type: required(GraphQLString), description: "The account's ID." },
    episodeId: { type: required(GraphQLString), description: "The episode's ID." },
    episode: {
      type: Episode,
      description: "The episode; null where its podcast is private and the account has left it, or was taken down.",
      resolve({ episode, episodeId }, _args, scope) {
        const { hasDetails, hasNotes } = scope.parts;
        return hasDetails || hasNotes || episode === undefined ? scope.findEpisode(episodeId) : episode;
      },
    },
    favorited: {
      type: required(GraphQLBoolean),
      description: "Whether the account has marked the episode as a favorite.",
      resolve: ({ isFavorited }) => isFavorited,
    },
    favoritedAt: { type: DateTime, description: "When `favorited` last changed; null where it never has." },
    played: {
      type: required(GraphQLBoolean),
      description: "Whether the account has played the episode to its end, or said so.",
      resolve: ({ isPlayed }) => isPlayed,
    },
    positionSeconds: {
      type: GraphQLInt,
      description: "How far it was heard, in whole seconds; 0 where it was not started, null once it is played.",
    },
    listenedAt: {
      type: DateTime,
      description: "When `played` or `positionSeconds` last changed; null where they never have.",
    },
    updatedAt: { type: required(DateTime), description: "When any of this last changed." },
  }),
});
