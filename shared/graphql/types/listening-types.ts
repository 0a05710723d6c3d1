import { GraphQLBoolean, GraphQLInt, GraphQLObjectType, GraphQLString } from "graphql";
import type { AccountEpisode, AccountPodcast as AccountPodcastRow, Podcast as PodcastRow } from "../../db/schema.ts";
import { NUM_NEW_MAX } from "../../listening/count-new-episodes.ts";
import type { Takedown } from "../../podcasts/find-takedowns.ts";
import type { EpisodeRow } from "../../podcasts/list-episodes-by-podcast.ts";
import type { Scope } from "../scope.ts";
import { DateTime, required } from "./fields.ts";
import { Episode, Podcast } from "./node-types.ts";

// Set if a list has read them already: subscriptions with their podcasts, episodes with the columns that lists show.
type HeldPodcast = AccountPodcastRow & { podcast?: PodcastRow; takedown?: Takedown };
type HeldEpisode = AccountEpisode & { episode?: EpisodeRow };

const TakedownType = new GraphQLObjectType<Takedown, Scope>({
  name: "Takedown",
  description: "What subscribers see of a podcast that the server's operator has taken down.",
  fields: () => ({
    title: { type: required(GraphQLString), description: "The podcast's title." },
    reason: { type: required(GraphQLString), description: "Why it was taken down, in the operator's words." },
    at: { type: required(DateTime), description: "When it was taken down." },
  }),
});

export const AccountPodcast = new GraphQLObjectType<HeldPodcast, Scope>({
  name: "AccountPodcast",
  description: "An account's relation to a podcast. Kept when the account unsubscribes.",
  fields: () => ({
    id: { type: required(GraphQLString), description: "The object's own ID. Opaque, and never changes." },
    accountId: { type: required(GraphQLString), description: "The account's ID." },
    podcastId: { type: required(GraphQLString), description: "The podcast's ID." },
    podcast: {
      type: Podcast,
      description: "The podcast; null if it was taken down, or if it is private and no longer visible to the account.",
      resolve: (held, _args, scope) => held.podcast ?? scope.findPodcast(held.podcastId),
    },
    takedown: {
      type: TakedownType,
      description: "Set if the operator has taken the podcast down, in which case `podcast` is null.",
      resolve: ({ podcastId, podcast, takedown }, _args, scope) =>
        podcast === undefined ? (takedown ?? scope.findTakedown(podcastId)) : undefined,
    },
    isSubscribed: {
      type: required(GraphQLBoolean),
      description: "Whether the account is subscribed.",
      resolve: ({ subscribedAt, unsubscribedAt }) => subscribedAt !== null && unsubscribedAt === null,
    },
    subscribedAt: { type: DateTime, description: "When the account last subscribed; null if it never has." },
    unsubscribedAt: { type: DateTime, description: "When the account unsubscribed; null while it is subscribed." },
    numNew: {
      type: required(GraphQLInt),
      description: `The number of new episodes, as in \`newEpisodes\`. ${NUM_NEW_MAX} means ${NUM_NEW_MAX} or more.`,
      resolve: async ({ podcastId }, _args, scope) => (await scope.countNewEpisodes(podcastId)) ?? 0,
    },
    updatedAt: { type: required(DateTime), description: "When any of these fields last changed." },
  }),
});

export const AccountPodcastEpisode = new GraphQLObjectType<HeldEpisode, Scope>({
  name: "AccountPodcastEpisode",
  description: "An account's state of an episode.",
  fields: () => ({
    id: { type: required(GraphQLString), description: "The object's own ID. Opaque, and never changes." },
    accountId: { type: required(GraphQLString), description: "The account's ID." },
    episodeId: { type: required(GraphQLString), description: "The episode's ID." },
    episode: {
      type: Episode,
      description:
        "The episode; null if its podcast was taken down, or is private and no longer visible to the account.",
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
    favoritedAt: { type: DateTime, description: "When `favorited` last changed; null if it never has." },
    played: {
      type: required(GraphQLBoolean),
      description: "Whether the account has finished the episode or marked it as played.",
      resolve: ({ isPlayed }) => isPlayed,
    },
    positionSeconds: {
      type: GraphQLInt,
      description: "The playback position in whole seconds; 0 if not started, null if played.",
    },
    listenedAt: {
      type: DateTime,
      description: "When `played` or `positionSeconds` last changed; null if they never have.",
    },
    updatedAt: { type: required(DateTime), description: "When any of these fields last changed." },
  }),
});
