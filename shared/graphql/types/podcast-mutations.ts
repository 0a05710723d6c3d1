import { GraphQLBoolean, GraphQLString } from "graphql";
import * as accountPodcastAdder from "../../listening/account-podcast-adder.ts";
import * as podcastRefresher from "../../podcasts/podcast-refresher.ts";
import { parseIdToChange } from "../ids.ts";
import { mutation, requireSignedIn } from "../mutation.ts";
import { required } from "./fields.ts";
import { Podcast } from "./node-types.ts";

/** What changes which podcasts there are. */
export const podcastMutations = {
  podcastAdd: mutation<{ url: string; private?: boolean | null }>({
    type: required(Podcast),
    description:
      "Adds a podcast and subscribes the account to it; of one that is known already it does the latter. At most 50 that are not known a day.",
    args: {
      url: {
        type: required(GraphQLString),
        description: "Of the feed, of a web page that names its feed, or of the podcast at Apple Podcasts.",
      },
      private: {
        type: GraphQLBoolean,
        description:
          "Whether the feed is private: only its subscribers see the podcast, and only accounts that give its URL see that. " +
          "Without it, a feed whose URL looks like one for a single subscriber is private, and `privateReason` says so; call " +
          "this again with `false` where anybody may see it. A feed whose URL carries a password or a token is always private; " +
          "a podcast that everybody sees already stays public, and so does one that another account has added as public.",
      },
    },
    async resolve({ url, private: isPrivate }, scope) {
      const { id: accountId } = requireSignedIn(scope);
      const asked = { accountId, url, isPrivate: isPrivate ?? undefined };
      const { podcastId } = await accountPodcastAdder.run(scope.ctx, asked);
      return scope.findPodcast(podcastId);
    },
  }),
  podcastRefresh: mutation<{ podcastId: string }>({
    type: required(GraphQLBoolean),
    description:
      "Has a podcast's feed retrieved now. True where it was asked for; false where that is done or under way already: it was retrieved within the last minute, or asked for within the last five.",
    args: { podcastId: { type: required(GraphQLString), description: "The podcast's ID." } },
    async resolve({ podcastId }, scope) {
      const { id: accountId } = requireSignedIn(scope);
      return podcastRefresher.run(scope.ctx, { accountId, podcastId: parseIdToChange(podcastId, "podcast") });
    },
  }),
};
