import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLInt, GraphQLString } from "graphql";
import { unauthorized } from "../errors.ts";
import * as episodeStateUpdater from "../mediators/episode-state-updater.ts";
import * as subscriptionUpdater from "../mediators/subscription-updater.ts";
import { required } from "./fields.ts";
import { parseIdToChange } from "./ids.ts";
import { AccountPodcast, AccountPodcastEpisode } from "./listening-types.ts";
import type { Scope } from "./scope.ts";

const EPISODE_ID = { type: required(GraphQLString), description: "The episode's ID." };

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
      const accountId = accountIdOf(scope);
      return subscriptionUpdater.run(scope.ctx, { accountId, podcastId, isSubscribed: subscribed });
    },
  }),
};

type Config<A> = Pick<GraphQLFieldConfig<undefined, Scope>, "type" | "description" | "args"> & {
  resolve(args: A, scope: Scope): Promise<unknown>;
};

function mutation<A>({ resolve, ...config }: Config<A>): GraphQLFieldConfig<undefined, Scope, A> {
  return {
    ...config,
    resolve(_root, args, scope) {
      // What was looked up for the mutation before this one may be so no longer.
      scope.renew();
      return resolve(args, scope);
    },
  };
}

type EpisodeState = { isFavorited?: boolean; isPlayed?: boolean; positionSeconds?: number };
type EpisodeConfig<A> = Omit<Config<A>, "type" | "resolve"> & { toState(args: A): EpisodeState };

function episodeMutation<A>({ args, description, toState }: EpisodeConfig<A>) {
  return mutation<A & { episodeId: string }>({
    type: required(AccountPodcastEpisode),
    description,
    args: { episodeId: EPISODE_ID, ...args },
    async resolve(given, scope) {
      const episodeId = parseIdToChange(given.episodeId, "episode");
      return episodeStateUpdater.run(scope.ctx, { accountId: accountIdOf(scope), episodeId, ...toState(given) });
    },
  });
}

function accountIdOf({ ctx }: Scope): number {
  if (ctx.caller.account === undefined) throw unauthorized();
  return ctx.caller.account.id;
}
