import { GraphQLBoolean, GraphQLString } from "graphql";
import * as accountPodcastAdder from "../../listening/account-podcast-adder.ts";
import * as olderEpisodesRequester from "../../podcasts/older-episodes-requester.ts";
import * as podcastRefresher from "../../podcasts/podcast-refresher.ts";
import { parseIdToChange } from "../ids.ts";
import { mutation, requireSignedIn } from "../mutation.ts";
import { required } from "./fields.ts";
import { Podcast } from "./node-types.ts";

/** Mutations that add and refresh podcasts. */
export const podcastMutations = {
  podcastAdd: mutation<{ url: string; private?: boolean | null }>({
    type: required(Podcast),
    description:
      "Adds a podcast and subscribes the account to it. If it is already known, only subscribes. An account can add 50 new podcasts a day.",
    args: {
      url: {
        type: required(GraphQLString),
        description: "URL of the feed, of a web page that links to it, or of the podcast at Apple Podcasts.",
      },
      private: {
        type: GraphQLBoolean,
        description:
          "Whether the feed is private: visible only to its subscribers, and its URL only to accounts that add it. " +
          "If left out, a feed whose URL looks like one for a single subscriber becomes private, and `privateReason` says so; " +
          "call this again with `false` if it is public. A feed whose URL carries a password or a token is always private. " +
          "A podcast that is already public stays public, including one that another account has added as public.",
      },
    },
    async resolve({ url, private: isPrivate }, scope) {
      const { id: accountId } = requireSignedIn(scope);
      const params = { accountId, url, isPrivate: isPrivate ?? undefined };
      const { podcastId } = await accountPodcastAdder.run(scope.ctx, params);
      return scope.findPodcast(podcastId);
    },
  }),
  podcastRefresh: mutation<{ podcastId: string }>({
    type: required(GraphQLBoolean),
    description:
      "Requests that a podcast's feed is retrieved now. Returns false if that is not necessary: it is being retrieved, was retrieved within the last minute, or was requested within the last five.",
    args: { podcastId: { type: required(GraphQLString), description: "The podcast's ID." } },
    async resolve({ podcastId }, scope) {
      const { id: accountId } = requireSignedIn(scope);
      return podcastRefresher.run(scope.ctx, { accountId, podcastId: parseIdToChange(podcastId, "podcast") });
    },
  }),
  podcastLoadOlderEpisodes: mutation<{ podcastId: string }>({
    type: required(GraphQLBoolean),
    description:
      "Requests that the next pages of a podcast's feed are retrieved, up to ten, beyond those that were. Returns false if there are none, or they are being retrieved. An account can request this 20 times an hour.",
    args: { podcastId: { type: required(GraphQLString), description: "The podcast's ID." } },
    async resolve({ podcastId }, scope) {
      const { id: accountId } = requireSignedIn(scope);
      return olderEpisodesRequester.run(scope.ctx, { accountId, podcastId: parseIdToChange(podcastId, "podcast") });
    },
  }),
};
