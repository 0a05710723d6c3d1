import { GraphQLBoolean, type GraphQLFieldConfigMap, GraphQLString } from "graphql";
import type { Context } from "../context.ts";
import { UserError, unauthorized } from "../errors.ts";
import * as accountPodcastAdder from "../mediators/account-podcast-adder.ts";
import * as podcastRefresher from "../mediators/podcast-refresher.ts";
import { required } from "./fields.ts";
import { parseIdToChange } from "./ids.ts";
import { Podcast } from "./node-types.ts";
import type { Scope } from "./scope.ts";

/** What changes which podcasts there are. */
export const podcastMutations: GraphQLFieldConfigMap<undefined, Scope> = {
  podcastAdd: {
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
        default: { value: false },
        description:
          "Whether the podcast is hidden from all but those who give its URL themselves. A feed whose URL carries a password or a token always is; one that everybody sees already never is.",
      },
    },
    resolve: async (_root, { url, private: isPrivate }: { url: string; private?: boolean | null }, scope) => {
      const accountId = requireSignedIn(scope.ctx);
      const asked = { accountId, url, isPrivate: isPrivate ?? false };
      const { podcastId } = await accountPodcastAdder.run(scope.ctx, asked);
      return scope.findPodcast(podcastId);
    },
  },
  podcastRefresh: {
    type: required(GraphQLBoolean),
    description:
      "Has a podcast's feed retrieved now. True where it was asked for; false where that is done or under way already: it was retrieved within the last minute, or asked for within the last five.",
    args: { podcastId: { type: required(GraphQLString), description: "The podcast's ID." } },
    resolve: async (_root, args: { podcastId: string }, { ctx }) => {
      const accountId = requireSignedIn(ctx);
      return podcastRefresher.run(ctx, { accountId, podcastId: parseIdToChange(args.podcastId, "podcast") });
    },
  },
};

/** The account of who asks hosts of the internet in our name. @throws UserError 401; 403 for an ephemeral account, which anybody has without a word */
function requireSignedIn({ caller: { account } }: Context): number {
  if (account === undefined) throw unauthorized();
  if (account.email === null) {
    throw new UserError(403, "Forbidden: an account without an e-mail address cannot do this; sign up or log in first");
  }
  return account.id;
}
