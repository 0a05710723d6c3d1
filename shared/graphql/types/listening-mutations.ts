import { GraphQLBoolean, type GraphQLFieldConfigArgumentMap, GraphQLInt, GraphQLString } from "graphql";
import * as episodeStateUpdater from "../../listening/episode-state-updater.ts";
import * as subscriptionUpdater from "../../listening/subscription-updater.ts";
import { parseIdToChange } from "../ids.ts";
import { mutation, requireAccount } from "../mutation.ts";
import { DateTime, required } from "./fields.ts";
import { AccountPodcast, AccountPodcastEpisode } from "./listening-types.ts";

const EPISODE_ID = { type: required(GraphQLString), description: "The episode's ID." };
const AT = {
  type: DateTime,
  description:
    "When it happened, for changes that are reported late. By default and at most now. A change that is older than the stored state has no effect.",
};

/** Mutations of what an account has subscribed to and listened to. */
export const listeningMutations = {
  accountPodcastEpisodeFavoritedUpdate: episodeMutation<{ favorited: boolean }>({
    description: "Marks an episode as a favorite of the account, or removes the mark.",
    args: { favorited: { type: required(GraphQLBoolean), description: "The new value." } },
    toState: ({ favorited }) => ({ isFavorited: favorited }),
  }),
  accountPodcastEpisodePlayedUpdate: episodeMutation<{ played: boolean }>({
    description:
      "Marks an episode as played, which clears its position, or as unplayed, which resets its position to the start.",
    args: { played: { type: required(GraphQLBoolean), description: "The new value." } },
    toState: ({ played }) => ({ isPlayed: played }),
  }),
  accountPodcastEpisodePositionUpdate: episodeMutation<{ positionSeconds: number }>({
    description: "Stores the playback position of an episode, and marks it as unplayed.",
    args: {
      positionSeconds: {
        type: required(GraphQLInt),
        description: "Whole seconds from the start. May exceed the feed's duration.",
      },
    },
    toState: ({ positionSeconds }) => ({ positionSeconds }),
  }),
  accountPodcastUpdate: mutation<{ podcastId: string; subscribed?: boolean | null }>({
    type: AccountPodcast,
    description:
      "Subscribes the account to a podcast, or unsubscribes it. Returns null if it was never subscribed. Without " +
      "`subscribed`, changes nothing and returns null.",
    args: {
      podcastId: { type: required(GraphQLString), description: "The podcast's ID." },
      subscribed: { type: GraphQLBoolean, description: "True to subscribe, false to unsubscribe." },
    },
    async resolve({ podcastId: text, subscribed }, scope) {
      const podcastId = parseIdToChange(text, "podcast");
      if (subscribed == null) return undefined;
      const { id: accountId } = requireAccount(scope);
      return subscriptionUpdater.run(scope.ctx, { accountId, podcastId, isSubscribed: subscribed });
    },
  }),
};

type EpisodeState = { isFavorited?: boolean; isPlayed?: boolean; positionSeconds?: number };
type EpisodeConfig<A> = {
  description: string;
  args: GraphQLFieldConfigArgumentMap;
  toState(args: A): EpisodeState;
};

function episodeMutation<A>({ args, description, toState }: EpisodeConfig<A>) {
  return mutation<A & { episodeId: string; at?: Date | null }>({
    type: required(AccountPodcastEpisode),
    description,
    args: { episodeId: EPISODE_ID, ...args, at: AT },
    async resolve(given, scope) {
      const episodeId = parseIdToChange(given.episodeId, "episode");
      const { id: accountId } = requireAccount(scope);
      const at = given.at ?? undefined;
      return episodeStateUpdater.run(scope.ctx, { accountId, episodeId, ...toState(given), at });
    },
  });
}
