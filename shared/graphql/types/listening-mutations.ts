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
    "When it was so, for what is told late: now unless given, and at most now. What is older than what is stored changes nothing.",
};

/** What an account does with podcasts and episodes. */
export const listeningMutations = {
  accountPodcastEpisodeFavoritedUpdate: episodeMutation<{ favorited: boolean }>({
    description: "Marks an episode as the account's favorite, or no longer as one.",
    args: { favorited: { type: required(GraphQLBoolean), description: "Whether it is to be one." } },
    toState: ({ favorited }) => ({ isFavorited: favorited }),
  }),
  accountPodcastEpisodePlayedUpdate: episodeMutation<{ played: boolean }>({
    description: "Marks an episode as played, which ends its position, or as unplayed, which puts it at the start.",
    args: { played: { type: required(GraphQLBoolean), description: "Whether it is to be played." } },
    toState: ({ played }) => ({ isPlayed: played }),
  }),
  accountPodcastEpisodePositionUpdate: episodeMutation<{ positionSeconds: number }>({
    description: "Stores how far an episode was heard, which makes it unplayed.",
    args: {
      positionSeconds: {
        type: required(GraphQLInt),
        description: "Whole seconds from its start; may lie behind the duration that the feed gives.",
      },
    },
    toState: ({ positionSeconds }) => ({ positionSeconds }),
  }),
  accountPodcastUpdate: mutation<{ podcastId: string; subscribed?: boolean | null }>({
    type: AccountPodcast,
    description:
      "Subscribes the account to a podcast, or unsubscribes it: null where it never was subscribed. Without `subscribed` it " +
      "changes nothing and gives null.",
    args: {
      podcastId: { type: required(GraphQLString), description: "The podcast's ID." },
      subscribed: { type: GraphQLBoolean, description: "Whether it is to be subscribed." },
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
